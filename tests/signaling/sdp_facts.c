/* tests/signaling/sdp_facts.c - says in one line a track what a plan agreed on, and checks answers. */
#include "tests/signaling/sdp_facts.h"
#include <string.h>

const SdpPolicy SDP_FACTS_SITE = {
  .may_send = true, .may_receive = true, .max_bitrate_bps = 1500000,
  .preferred_dtls_role = DTLS_ROLE_PASSIVE, .cname = "bridge",
};
const SdpPolicy SDP_FACTS_VIEWER = {
  .may_receive = true, .preferred_dtls_role = DTLS_ROLE_PASSIVE,
};
const MediaLocal SDP_FACTS_LOCAL = {
  .ufrag = "ab+/", .password = "abcdefghijklmnopqrstuv", .fingerprint_sha256 = { 0xAB, 0x01 },
  .n_candidates = 2,
  .candidates = { "candidate:1 1 UDP 2130706431 192.0.2.9 40000 typ host",
                  "candidate:2 1 UDP 2130706430 2001:db8::9 40000 typ host" },
};

static void
add_number(GString *text, const char *name, guint number)
{
  if (number != 0)
    g_string_append_printf(text, " %s:%u", name, number);
}

static void
add_flag(GString *text, const char *name, bool flag)
{
  if (flag)
    g_string_append_printf(text, " %s", name);
}

static void
add_track(GString *text, const MediaTrackPlan *track)
{
  static const char *const USES[] = { "rejected", "main", "document" };
  static const char *const DIRECTIONS[] = { "inactive", "recvonly", "sendonly", "sendrecv" };
  g_string_append_printf(text, "%s %s mid:%s", track->media, USES[track->use], track->mid);
  if (track->use != MEDIA_USE_NONE) {
    g_string_append_printf(text, " %s pt:%u", DIRECTIONS[track->we_send * 2 + track->we_receive],
                           track->payload_type);
    add_number(text, "rtx", track->rtx_payload_type);
    add_number(text, "red", track->red_payload_type);
    add_number(text, "x-mid", track->extensions.mid);
    add_number(text, "x-cc", track->extensions.transport_cc);
    add_number(text, "x-level", track->extensions.audio_level);
    add_number(text, "x-time", track->extensions.abs_send_time);
    add_number(text, "x-orientation", track->extensions.video_orientation);
    add_number(text, "x-delay", track->extensions.playout_delay);
    add_flag(text, "mixed", track->extmap_allow_mixed);
    add_flag(text, "nack", track->nack);
    add_flag(text, "pli", track->pli);
    add_flag(text, "fir", track->fir);
    add_flag(text, "cc", track->transport_cc);
    add_flag(text, "remb", track->remb);
    add_flag(text, "rsize", track->reduced_size_rtcp);
    add_flag(text, "rrtr", track->rrtr);
    add_flag(text, "fec", track->opus_fec);
    add_flag(text, "dtx", track->opus_dtx);
    add_number(text, "ssrc", track->recv_ssrc);
    add_number(text, "rtx-ssrc", track->recv_rtx_ssrc);
  }
  g_string_append_c(text, '\n');
}

char *
sdp_facts_of(const MediaPlan *plan)
{
  GString *text = g_string_new(plan->our_dtls_role == DTLS_ROLE_PASSIVE ? "passive" : "active");
  g_string_append_printf(text, " candidates:%u\n", plan->n_candidates);
  for (guint i = 0; i < plan->n_tracks; i++)
    add_track(text, &plan->tracks[i]);
  return g_string_free(text, FALSE);
}

char *
sdp_facts_read_offer(const char *name, gsize *length)
{
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "offers", name, NULL);
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  g_file_get_contents(path, &text, length, &error);
  g_assert_no_error(error);
  return text;
}

MediaPlan *
sdp_facts_negotiate(const char *offer, const SdpPolicy *policy)
{
  MediaPlan *plan = g_new0(MediaPlan, 1);
  g_autoptr(GError) error = NULL;
  bool ok = sdp_negotiate(offer, strlen(offer), policy, plan, &error);
  g_assert_no_error(error);
  g_assert_true(ok);
  return plan;
}

/* One "m=" section, or what stands before the first. */
typedef struct {
  char **lines;
} Section;

static void
section_clear(gpointer section)
{
  g_strfreev(((Section *)section)->lines);
}

static GArray *
split(const char *text)
{
  GArray *sections = g_array_new(FALSE, TRUE, sizeof(Section));
  g_array_set_clear_func(sections, section_clear);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (guint i = 0; lines[i] != NULL; i++) {
    g_strchomp(lines[i]);
    if (g_str_has_prefix(lines[i], "m=")) {
      Section section = { g_strv_builder_end(builder) };
      g_array_append_val(sections, section);
    }
    if (lines[i][0] != '\0')
      g_strv_builder_add(builder, lines[i]);
  }
  Section last = { g_strv_builder_end(builder) };
  g_array_append_val(sections, last);
  return sections;
}

/* Returns: (nullable): what follows @prefix on the first line that has it. */
static const char *
find(const Section *section, const char *prefix)
{
  for (guint i = 0; section->lines[i] != NULL; i++)
    if (g_str_has_prefix(section->lines[i], prefix))
      return section->lines[i] + strlen(prefix);
  return NULL;
}

static guint
count(const GArray *sections, const char *prefix)
{
  guint n = 0;
  for (guint i = 0; i < sections->len; i++)
    for (char **line = g_array_index(sections, Section, i).lines; *line != NULL; line++)
      n += g_str_has_prefix(*line, prefix);
  return n;
}

/* "a=extmap:5/recvonly URI" -> "a=extmap:5 URI" */
static char *
without_direction(const char *line)
{
  g_autoptr(GRegex) regex = g_regex_new("^(a=extmap:[0-9]+)/[a-z]+", 0, 0, NULL);
  return g_regex_replace(regex, line, -1, 0, "\\1", 0, NULL);
}

/* Every payload type, extension and feedback of @answer stands in @offer too. */
static void
check_subset(const Section *offer, const Section *answer)
{
  static const char *const PREFIXES[] = { "a=extmap", "a=rtcp-fb:", "a=rtcp-rsize", "a=rtcp-xr:" };
  for (char **line = answer->lines; *line != NULL; line++) {
    for (gsize i = 0; i < G_N_ELEMENTS(PREFIXES); i++) {
      if (!g_str_has_prefix(*line, PREFIXES[i]))
        continue;
      g_autofree char *wanted = without_direction(*line);
      bool found = g_str_equal(wanted, "a=extmap-allow-mixed");
      for (char **offered = offer->lines; *offered != NULL && !found; offered++) {
        g_autofree char *bare = without_direction(*offered);
        found = g_str_equal(bare, wanted);
      }
      if (!found)
        g_error("not offered: %s", *line);
    }
  }
  g_auto(GStrv) offered = g_strsplit(offer->lines[0], " ", -1);
  g_auto(GStrv) answered = g_strsplit(answer->lines[0], " ", -1);
  for (guint i = 3; answered[i] != NULL; i++)
    g_assert_true(g_strv_contains((const char *const *)offered + 3, answered[i]));
}

static void
check_section(const Section *offer, const Section *answer, GString *accepted)
{
  g_auto(GStrv) offered = g_strsplit(offer->lines[0], " ", -1);
  g_auto(GStrv) answered = g_strsplit(answer->lines[0], " ", -1);
  g_assert_cmpstr(offered[0], ==, answered[0]);
  g_assert_cmpstr(offered[2], ==, answered[2]);
  g_assert_cmpstr(find(offer, "a=mid:"), ==, find(answer, "a=mid:"));
  check_subset(offer, answer);
  g_assert_nonnull(find(answer, "c=IN IP4 0.0.0.0"));
  if (g_str_equal(answered[1], "0"))
    return;
  g_assert_cmpstr(answered[1], ==, "9");
  static const char *const NEEDED[] = { "a=rtcp-mux", "a=setup:", "a=ice-ufrag:", "a=ice-pwd:",
                                        "a=fingerprint:sha-256 " };
  for (gsize i = 0; i < G_N_ELEMENTS(NEEDED); i++)
    g_assert_nonnull(find(answer, NEEDED[i]));
  if (find(answer, "a=mid:") != NULL)
    g_string_append_printf(accepted, " %s", find(answer, "a=mid:"));
}

void
sdp_facts_check_answer(const char *offer, const char *answer)
{
  g_assert_true(g_regex_match_simple("\\A(?:[a-z]=[\\x20-\\x7E]+\\r\\n)+\\z", answer, 0, 0));
  g_assert_null(strstr(answer, "simulcast"));
  g_assert_null(strstr(answer, "a=rid"));
  g_autoptr(GArray) offered = split(offer);
  g_autoptr(GArray) answered = split(answer);
  g_assert_cmpuint(offered->len, ==, answered->len);
  g_autoptr(GString) accepted = g_string_new(NULL);
  for (guint i = 1; i < answered->len; i++)
    check_section(&g_array_index(offered, Section, i), &g_array_index(answered, Section, i), accepted);
  const char *group = find(&g_array_index(answered, Section, 0), "a=group:BUNDLE");
  g_assert_cmpstr(group, ==, accepted->len > 0 ? accepted->str : NULL);
  g_assert_cmpuint(count(answered, "a=candidate:"), ==, SDP_FACTS_LOCAL.n_candidates);
  g_assert_cmpuint(count(answered, "a=end-of-candidates"), ==, 1);
}
