/* signaling/problem.c - the texts of the RFC 9457 problems, in Vietnamese and English. */
#include "signaling/problem.h"
#include <string.h>

static const ProblemText TEXTS[] = {
  [PROBLEM_BAD_REQUEST] = { "bad-request", 400,
    "Malformed request", "Yêu cầu sai định dạng",
    "The request cannot be read. Correct it before sending it again.",
    "Không đọc được yêu cầu. Hãy sửa lại trước khi gửi lần nữa." },
  [PROBLEM_BAD_SDP] = { "bad-sdp", 400,
    "Unusable SDP offer", "Bản mô tả phiên SDP không dùng được",
    "The SDP is malformed, or lacks BUNDLE, rtcp-mux or a SHA-256 fingerprint.",
    "SDP sai định dạng, hoặc thiếu BUNDLE, rtcp-mux hay dấu vân tay SHA-256." },
  [PROBLEM_UNAUTHORIZED] = { "unauthorized", 401,
    "Key needed", "Cần có khóa truy cập",
    "Log in, or send a valid key as 'Authorization: Bearer KEY'.",
    "Hãy đăng nhập, hoặc gửi khóa hợp lệ trong 'Authorization: Bearer KHÓA'." },
  [PROBLEM_FORBIDDEN] = { "forbidden", 403,
    "Not allowed", "Không được phép",
    "The key is valid, but its role or site does not allow this.",
    "Khóa hợp lệ, nhưng vai trò hoặc điểm cầu của khóa không được làm việc này." },
  [PROBLEM_RESTRICTED] = { "restricted", 403,
    "Recording of a confidential case", "Bản ghi vụ việc bí mật",
    "This recording holds a confidential case; the key has no right to those. Other cases may be taken one by one.",
    "Bản ghi này có vụ việc bí mật; khóa không có quyền xem. Các vụ việc khác có thể tải riêng từng vụ." },
  [PROBLEM_REMOVED] = { "removed", 403,
    "Removed from the room", "Điểm cầu đã được mời ra khỏi phòng",
    "The chair has removed this site. It can join again once the chair admits it.",
    "Chủ tọa đã mời điểm cầu này ra khỏi phòng. Điểm cầu chỉ vào lại được khi chủ tọa cho phép." },
  [PROBLEM_UNKNOWN_ROOM] = { "unknown-room", 404,
    "Unknown room", "Không có phòng họp này",
    "No room of this name is configured.",
    "Không có phòng họp nào mang tên này trong cấu hình." },
  [PROBLEM_UNKNOWN_SITE] = { "unknown-site", 404,
    "Unknown site", "Không có điểm cầu này",
    "No site of this name belongs to the room.",
    "Phòng họp không có điểm cầu nào mang tên này." },
  [PROBLEM_UNKNOWN_SESSION] = { "unknown-session", 404,
    "Unknown media session", "Không có phiên truyền này",
    "The media session has ended or never existed. Join again.",
    "Phiên truyền đã kết thúc hoặc chưa từng có. Hãy vào lại phòng họp." },
  [PROBLEM_NOT_FOUND] = { "not-found", 404,
    "Not found", "Không tìm thấy",
    "Nothing lies at this address.",
    "Không có gì ở địa chỉ này." },
  [PROBLEM_METHOD_NOT_ALLOWED] = { "method-not-allowed", 405,
    "Method not allowed", "Phương thức không được phép",
    "The address exists, but not for this method; 'Allow' names those it has.",
    "Địa chỉ này có, nhưng không nhận phương thức này; xem trường 'Allow'." },
  [PROBLEM_CONFLICT] = { "conflict", 409,
    "Conflict with the present state", "Mâu thuẫn với trạng thái hiện tại",
    "The present state does not allow this. Read it and try again.",
    "Trạng thái hiện tại không cho phép. Hãy xem lại trạng thái rồi thử lại." },
  [PROBLEM_DOCUMENT_BUSY] = { "document-busy", 409,
    "Another site is presenting", "Điểm cầu khác đang trình chiếu",
    "One document is shown at a time. Wait until it is put away, or ask the chair to stop it.",
    "Mỗi lúc chỉ chiếu một tài liệu. Hãy đợi tài liệu kia được cất đi, hoặc đề nghị chủ tọa dừng." },
  [PROBLEM_LOCKED] = { "locked", 409,
    "Session locked", "Phiên đã khóa",
    "While the session is locked nobody new is admitted. Unlock it first.",
    "Khi phiên đang khóa, không điểm cầu mới nào được vào. Hãy mở khóa phiên trước." },
  [PROBLEM_SESSION_OPEN] = { "session-open", 409,
    "A session is open", "Phiên tiếp đang mở",
    "This is possible only while no session is open. Close the session first.",
    "Chỉ thực hiện được khi không có phiên tiếp nào đang mở. Hãy kết thúc phiên trước." },
  [PROBLEM_PREFLIGHT_RUNNING] = { "preflight-running", 409,
    "A test is under way", "Đang kiểm tra trước phiên",
    "The sites are being tested already. Wait for its end, or stop it.",
    "Các điểm cầu đang được kiểm tra. Hãy đợi kiểm tra xong, hoặc dừng lần kiểm tra này." },
  [PROBLEM_PRECONDITION] = { "precondition", 412,
    "Precondition failed", "Điều kiện trước không còn đúng",
    "'If-Match' does not name the present version.",
    "'If-Match' không phải phiên bản hiện tại." },
  [PROBLEM_BODY_TOO_LARGE] = { "body-too-large", 413,
    "Body too large", "Nội dung quá lớn",
    "The body is larger than this call takes.",
    "Nội dung gửi lên lớn hơn mức cho phép." },
  [PROBLEM_WRONG_CONTENT_TYPE] = { "wrong-content-type", 415,
    "Wrong content type", "Sai kiểu nội dung",
    "This call takes another 'Content-Type'.",
    "Lời gọi này nhận kiểu 'Content-Type' khác." },
  [PROBLEM_RANGE] = { "range", 416,
    "Range not satisfiable", "Không có phần được yêu cầu",
    "The file ends before the first byte asked for; 'Content-Range' has its size.",
    "Tệp kết thúc trước phần được yêu cầu; kích thước tệp ghi trong 'Content-Range'." },
  [PROBLEM_NO_COMMON_CODEC] = { "no-common-codec", 422,
    "No common codec", "Không có bộ mã hóa chung",
    "The offer has neither Opus nor VP8.",
    "Đề nghị không có Opus hoặc VP8." },
  [PROBLEM_UNPROCESSABLE] = { "unprocessable", 422,
    "Values out of range", "Giá trị không hợp lệ",
    "The body is well-formed, but a value is unknown or out of range.",
    "Nội dung đúng định dạng, nhưng có giá trị lạ hoặc ngoài phạm vi." },
  [PROBLEM_TOO_MANY_REQUESTS] = { "too-many-requests", 429,
    "Too many attempts", "Quá nhiều lần thử",
    "Wait for the seconds of 'Retry-After', then try again.",
    "Hãy đợi số giây ghi trong 'Retry-After' rồi thử lại." },
  [PROBLEM_INTERNAL] = { "internal", 500,
    "Internal error", "Lỗi bên trong máy chủ",
    "The server failed; its log says why.",
    "Máy chủ gặp lỗi; nguyên nhân ghi trong nhật ký." },
  [PROBLEM_UNAVAILABLE] = { "unavailable", 503,
    "Temporarily unavailable", "Tạm thời không phục vụ được",
    "The server has no room for this now, or is shutting down. Try again soon.",
    "Máy chủ hiện hết chỗ hoặc đang tắt. Hãy thử lại sau giây lát." },
  [PROBLEM_NO_SPACE] = { "no-space", 507,
    "Too little disk space", "Ổ đĩa sắp đầy",
    "Less than 5 % of the disk for recordings is free. Make room, then open the session again; nothing is deleted by itself.",
    "Ổ đĩa lưu bản ghi còn trống dưới 5 %. Hãy giải phóng dung lượng rồi mở lại phiên; hệ thống không tự xóa bản ghi nào." },
};

const ProblemText *
problem_text(ProblemKind kind)
{
  if (kind <= PROBLEM_NONE || kind >= G_N_ELEMENTS(TEXTS))
    kind = PROBLEM_INTERNAL;
  return &TEXTS[kind];
}

ProblemKind
problem_from_slug(const char *slug)
{
  for (guint kind = PROBLEM_NONE + 1; kind < G_N_ELEMENTS(TEXTS); kind++)
    if (strcmp(TEXTS[kind].slug, slug) == 0)
      return kind;
  return PROBLEM_NONE;
}

json_t *
problem_to_json(ProblemKind kind, const char *occurrence, bool in_english)
{
  const ProblemText *text = problem_text(kind);
  g_autofree char *type = g_strconcat("/problems/", text->slug, NULL);
  g_autofree char *known = occurrence != NULL ? g_utf8_make_valid(occurrence, -1) : NULL;
  g_autofree char *detail = NULL;
  if (known == NULL)
    detail = g_strdup(in_english ? text->detail_en : text->detail_vi);
  else if (in_english)
    detail = g_strdup(known);
  else
    detail = g_strdup_printf("%s (%s)", text->detail_vi, known);
  return json_pack("{s:s, s:s, s:i, s:s}", "type", type, "title",
                   in_english ? text->title_en : text->title_vi, "status", (int)text->status,
                   "detail", detail);
}

json_t *
problem_describe(ProblemKind kind)
{
  const ProblemText *text = problem_text(kind);
  g_autofree char *type = g_strconcat("/problems/", text->slug, NULL);
  return json_pack("{s:s, s:i, s:{s:s, s:s}, s:{s:s, s:s}}", "type", type, "status",
                   (int)text->status, "vi", "title", text->title_vi, "description",
                   text->detail_vi, "en", "title", text->title_en, "description",
                   text->detail_en);
}
