// Counts without end; volatile keeps the compiler from removing the loop.

#include "host.h"

EXPORT("mail") int mail(void) {
  volatile unsigned count = 0;
  for (;;) count++;
}
