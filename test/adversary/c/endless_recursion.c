// Computes a function whose value is found only by recursion, again and again.

#include "host.h"

static unsigned ackermann(unsigned m, unsigned n) {
  if (m == 0) return n + 1;
  return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

EXPORT("mail") int mail(void) {
  volatile unsigned m = 3, n = 7;
  volatile unsigned sum = 0;
  for (;;) sum += ackermann(m, n);
}
