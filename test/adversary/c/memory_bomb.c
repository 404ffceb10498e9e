// Takes pages and writes to each, until the host gives no more; then says how it went.

#include "host.h"

EXPORT("mail") int mail(void) {
  for (;;) {
    unsigned page = __builtin_wasm_memory_grow(0, 1);
    if (page == (unsigned)-1) break;
    *(volatile unsigned *)(page * PAGE) = page;
  }
  if (__builtin_wasm_memory_size(0) > 512) ANSWER("{\"verdict\":\"reject\",\"text\":\"it got more than it may have\"}");
  else ANSWER("{\"verdict\":\"reject\",\"text\":\"it was held back\"}");
  return 0;
}
