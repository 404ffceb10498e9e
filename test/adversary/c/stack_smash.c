// Recurses with large frames, so that its own stack in memory runs over its beginning.

#include "host.h"

static int smash(int depth) {
  volatile char frame[4096];
  frame[depth & 4095] = (char)depth;
  return smash(depth + 1) + frame[(depth + 1) & 4095];
}

EXPORT("mail") int mail(void) {
  return smash(0);
}
