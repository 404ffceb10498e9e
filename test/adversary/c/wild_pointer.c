// Overwrites everything that it can reach from a wild pointer, its own stack and constants too.

#include "host.h"

EXPORT("mail") int mail(void) {
  for (volatile unsigned char *place = (unsigned char *)16;; place++) *place = 0xff;
}
