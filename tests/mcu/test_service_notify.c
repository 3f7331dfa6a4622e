/* tests/mcu/test_service_notify.c - unit tests of mcu/service_notify. */
#include "mcu/service_notify.h"
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket of the abstract space; @name: with its '@'. */
static int
listen_at(const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
  g_assert_true(fd >= 0
                && bind(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))) == 0);
  return fd;
}

static void
assert_heard(int fd, const char *wanted)
{
  char text[256] = "";
  ssize_t n = recv(fd, text, sizeof text - 1, 0);
  if (wanted == NULL)
    g_assert_cmpint(n, <, 0);
  else
    g_assert_true(g_str_has_prefix(text, wanted));
}

static void
test_states_arrive_and_no_child_inherits_the_socket(void)
{
  g_autofree char *name = g_strdup_printf("@diemcau-test-%d", (int)getpid());
  int fd = listen_at(name);
  g_setenv("NOTIFY_SOCKET", name, TRUE);
  g_setenv("WATCHDOG_USEC", "500000", TRUE);
  g_autoptr(ServiceNotify) notify = service_notify_open();
  g_assert_null(g_getenv("NOTIFY_SOCKET"));
  g_assert_null(g_getenv("WATCHDOG_USEC"));
  g_assert_cmpint(service_notify_watchdog_us(notify), ==, 500000);
  service_notify_send(notify, "READY=1");
  assert_heard(fd, "READY=1");
  service_notify_reloading(notify);
  assert_heard(fd, "RELOADING=1\nMONOTONIC_USEC=");
  assert_heard(fd, NULL);
  close(fd);
  service_notify_send(notify, "STATUS=nobody listens");  /* counts as a warning, nothing more */
}

static void
test_without_a_manager_nothing_happens(void)
{
  static const char *const NAMES[] = { "", "relative", "@", "/" };
  for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    g_setenv("NOTIFY_SOCKET", NAMES[i], TRUE);
    g_setenv("WATCHDOG_USEC", "500000", TRUE);
    g_autoptr(ServiceNotify) notify = service_notify_open();
    g_assert_cmpint(service_notify_watchdog_us(notify), ==, 0);
    service_notify_send(notify, "READY=1");
  }
  g_autofree char *name = g_strdup_printf("@diemcau-other-%d", (int)getpid());
  int fd = listen_at(name);
  g_setenv("NOTIFY_SOCKET", name, TRUE);
  g_setenv("WATCHDOG_USEC", "500000", TRUE);
  g_setenv("WATCHDOG_PID", "1", TRUE);  /* it is another process's watchdog */
  g_autoptr(ServiceNotify) notify = service_notify_open();
  g_assert_cmpint(service_notify_watchdog_us(notify), ==, 0);
  close(fd);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func("/mcu/service_notify/states_arrive_and_no_child_inherits_the_socket",
                  test_states_arrive_and_no_child_inherits_the_socket);
  g_test_add_func("/mcu/service_notify/without_a_manager_nothing_happens", test_without_a_manager_nothing_happens);
  return g_test_run();
}
