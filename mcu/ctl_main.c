/* mcu/ctl_main.c - the program diemcau-ctl, which `diemcau ctl` becomes. */
#include "mcu/ctl_cli.h"
#include <locale.h>

int
main(int argc, char **argv)
{
  setlocale(LC_CTYPE, "C.UTF-8");
  return ctl_cli(argc, argv);
}
