/* signaling/http_source.c - an answer of known length that is read from a disk while it is sent. */
#include "signaling/http_source.h"
#include "signaling/http_request.h"
#include <string.h>

enum { BLOCK_BYTES = 128 * 1024, BLOCKS_AHEAD = 2, READERS = 4, MHD_BLOCK_BYTES = 32768 };

/* Two hold it: libmicrohttpd's response, and the reading that is under way, if any. */
typedef struct {
  gint          refs;       /* atomic */
  HttpSource    source;
  GMainContext *context;    /* owned: the control thread's */
  /* control thread */
  HttpRequest  *request;    /* owned; NULL: the response is gone */
  GQueue        blocks;     /* of GByteArray */
  gsize         front_offset;
  guint64       left;       /* not asked for yet */
  bool          is_reading, has_failed;
  /* the worker's, while is_reading */
  GByteArray   *block;
} Feed;

static void
feed_unref(Feed *self)
{
  if (!g_atomic_int_dec_and_test(&self->refs))
    return;
  if (self->source.free_user != NULL)
    self->source.free_user(self->source.user);
  if (self->block != NULL)
    g_byte_array_unref(self->block);
  g_main_context_unref(self->context);
  g_free(self);
}

static void start_reading(Feed *self);

static gboolean
on_block(gpointer data)
{
  assert_on_control();
  Feed *self = data;
  GByteArray *block = g_steal_pointer(&self->block);
  self->is_reading = false;
  if (self->request == NULL || block->len == 0) {
    self->has_failed = true;
    g_byte_array_unref(block);
  } else {
    self->left -= block->len;
    g_queue_push_tail(&self->blocks, block);
    start_reading(self);
  }
  if (self->request != NULL)
    http_request_resume(self->request);
  return G_SOURCE_REMOVE;
}

static void
read_block(gpointer data, G_GNUC_UNUSED gpointer user)
{
  Feed *self = data;
  GByteArray *block = self->block;
  gssize n = self->source.read(self->source.user, block->data, block->len);
  g_byte_array_set_size(block, n > 0 ? (guint)n : 0);
  GSource *post = g_idle_source_new();
  g_source_set_priority(post, G_PRIORITY_DEFAULT);
  g_source_set_callback(post, on_block, self, (GDestroyNotify)feed_unref);
  g_source_attach(post, self->context);
  g_source_unref(post);
}

/* One pool for all answers: what waits for a disk waits here. */
static GThreadPool *
readers(void)
{
  static gsize once;
  static GThreadPool *pool;
  if (g_once_init_enter(&once)) {
    pool = g_thread_pool_new(read_block, NULL, READERS, FALSE, NULL);
    g_once_init_leave(&once, 1);
  }
  return pool;
}

static void
start_reading(Feed *self)
{
  if (self->is_reading || self->has_failed || self->left == 0 || self->blocks.length >= BLOCKS_AHEAD)
    return;
  self->is_reading = true;
  self->block = g_byte_array_new();
  g_byte_array_set_size(self->block, (guint)MIN(self->left, BLOCK_BYTES));
  g_atomic_int_inc(&self->refs);
  g_thread_pool_push(readers(), self, NULL);
}

static gsize
take(Feed *self, char *out, gsize room)
{
  gsize used = 0;
  while (used < room && self->blocks.length > 0) {
    GByteArray *front = g_queue_peek_head(&self->blocks);
    gsize n = MIN(room - used, front->len - self->front_offset);
    memcpy(out + used, front->data + self->front_offset, n);
    used += n;
    self->front_offset += n;
    if (self->front_offset == front->len) {
      g_byte_array_unref(g_queue_pop_head(&self->blocks));
      self->front_offset = 0;
    }
  }
  return used;
}

static ssize_t
on_read(void *user, G_GNUC_UNUSED uint64_t position, char *out, size_t room)
{
  assert_on_control();
  Feed *self = user;
  if (self->request->is_gone)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  gsize n = take(self, out, room);
  start_reading(self);
  if (n > 0)
    return (ssize_t)n;
  if (self->has_failed || self->left == 0)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  http_request_suspend(self->request);  /* until a block is there */
  return 0;
}

static void
on_freed(void *user)
{
  assert_on_control();
  Feed *self = user;
  http_request_unref(g_steal_pointer(&self->request));
  g_queue_clear_full(&self->blocks, (GDestroyNotify)g_byte_array_unref);
  feed_unref(self);
}

void
http_request_respond_source(HttpRequest *request, guint status, const char *content_type, const HttpSource *source)
{
  assert_on_control();
  http_request_set_header(request, "Content-Type", content_type);
  if (source->length == 0 || request->is_gone) {
    if (source->free_user != NULL)
      source->free_user(source->user);
    http_request_answer(request, status, MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT));
    return;
  }
  Feed *self = g_new0(Feed, 1);
  self->refs = 1;
  self->source = *source;
  self->context = g_main_context_ref_thread_default();
  self->request = http_request_ref(request);
  self->left = source->length;
  g_queue_init(&self->blocks);
  http_request_set_header(request, "X-Accel-Buffering", "no");  /* for an nginx in front: not the whole into its files */
  http_request_answer(request, status, MHD_create_response_from_callback(source->length, MHD_BLOCK_BYTES, on_read, self, on_freed));
}
