/* media/base/thread_role.h - names of the threads, checked by clang and at run time.
 *
 * Every object belongs to one role, named on its header. A prototype that ends in
 * ON_NET may be called on the net thread only: clang's -Wthread-safety proves it at
 * compile time, and the assert_on_*() at each entry from a library proves it at run
 * time. A thread takes its role once with thread_role_enter(). A thread that has taken
 * none (a unit test's) may act in any role, so pure logic is tested without threads. */
#pragma once
#include <glib.h>

#if defined(__clang__)
#  define MCU_TSA(x) __attribute__((x))
#else
#  define MCU_TSA(x)
#endif

typedef struct MCU_TSA(capability("role")) { char unused; } ThreadRole;
extern ThreadRole role_control;    /* main thread: HTTP, rooms, timers               */
extern ThreadRole role_net;        /* ICE, DTLS, SRTP, RTP, RTCP of all sites         */
extern ThreadRole role_decode;     /* one of the decode pool's workers                */
extern ThreadRole role_video_tick; /* composes the canvases                           */
extern ThreadRole role_encode;     /* a program's encoder                             */
extern ThreadRole role_audio_tick; /* mixes sound every 20 ms                         */

#define ON_CONTROL    MCU_TSA(requires_capability(role_control))
#define ON_NET        MCU_TSA(requires_capability(role_net))
#define ON_DECODE     MCU_TSA(requires_capability(role_decode))
#define ON_VIDEO_TICK MCU_TSA(requires_capability(role_video_tick))
#define ON_ENCODE     MCU_TSA(requires_capability(role_encode))
#define ON_AUDIO_TICK MCU_TSA(requires_capability(role_audio_tick))

typedef enum {
  THREAD_ROLE_NONE = 0,
  THREAD_ROLE_CONTROL,
  THREAD_ROLE_NET,
  THREAD_ROLE_DECODE,
  THREAD_ROLE_VIDEO_TICK,
  THREAD_ROLE_ENCODE,
  THREAD_ROLE_AUDIO_TICK,
} ThreadRoleId;

/* Gives the calling thread its role, and its name as shown by `top -H`. Once a thread. */
void thread_role_enter(ThreadRoleId role);

/* Of the calling thread; NONE: it has taken none. */
ThreadRoleId thread_role_current(void);
/* "control", "net", "video-tick"... */
const char *thread_role_name(ThreadRoleId role);

/* Aborts if the calling thread has a role other than @role. */
void thread_role_check(ThreadRoleId role);

static inline void assert_on_control(void) MCU_TSA(assert_capability(role_control))
{ thread_role_check(THREAD_ROLE_CONTROL); }
static inline void assert_on_net(void) MCU_TSA(assert_capability(role_net))
{ thread_role_check(THREAD_ROLE_NET); }
static inline void assert_on_decode(void) MCU_TSA(assert_capability(role_decode))
{ thread_role_check(THREAD_ROLE_DECODE); }
static inline void assert_on_video_tick(void) MCU_TSA(assert_capability(role_video_tick))
{ thread_role_check(THREAD_ROLE_VIDEO_TICK); }
static inline void assert_on_encode(void) MCU_TSA(assert_capability(role_encode))
{ thread_role_check(THREAD_ROLE_ENCODE); }
static inline void assert_on_audio_tick(void) MCU_TSA(assert_capability(role_audio_tick))
{ thread_role_check(THREAD_ROLE_AUDIO_TICK); }
