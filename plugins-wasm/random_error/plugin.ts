// Fails now and then, so that one sees how clients take it.

import { defer, definePlugin, pass } from "#sdk";
import type { Answer, Plugin } from "#sdk";

interface Setup {
  /** From 0 to 1, of one hook. */
  readonly chance: number;
}

/** Of one message: connect, HELO or EHLO, MAIL, RCPT, DATA, data_post. */
const hooksOfMessage = 6;
/** Two failures of five close the connection. */
const closing = 2 / 5;

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const percent = Number(given.settings["percent"]);
    if (percent === 0) given.unused("connect", "helo", "ehlo", "mail", "rcpt", "data", "data_post");
    // So that of a whole message the failures come to `percent`.
    return { chance: 1 - (1 - percent / 100) ** (1 / hooksOfMessage) };
  },

  connect: draw,
  helo: draw,
  ehlo: draw,
  mail: draw,
  rcpt: draw,
  data: draw,
  data_post: draw,
});

export default plugin;

function draw({ seed }: { readonly seed: number }, { chance }: Setup): Answer {
  // The seed is new for every call. Taken itself, and not Math.random() made of it, it fails alike natively and as wasm.
  const drawn = seed / 2 ** 32;
  if (drawn >= chance) return pass();
  return defer("random failure", drawn < chance * closing ? { disconnect: true } : {});
}
