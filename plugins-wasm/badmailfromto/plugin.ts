// Refuses pairs of reverse-path and forward-path that stand in the list `badmailfromto`.

import { definePlugin, formatMailbox, pass, reject } from "#sdk";
import type { Answer, Mailbox, Plugin } from "#sdk";
import { pairKey, readPairs } from "./pairs.ts";
import type { Pairs } from "./pairs.ts";

const plugin: Plugin<Pairs> = definePlugin({
  configure(given): Pairs {
    const pairs = readPairs(given);
    if (pairs.size === 0) given.unused("rcpt");
    return pairs;
  },

  rcpt(event, pairs): Answer {
    const { reversePath } = event.transaction;
    // The null reverse-path of a bounce has no address to look up (RFC 5321 §4.5.5).
    if (reversePath === null) return pass();
    for (const from of names(reversePath)) {
      for (const to of names(event.forwardPath)) {
        const text = pairs.get(pairKey(from, to));
        if (text !== undefined) return reject(text, { status: "5.7.1" });
      }
    }
    return pass();
  },
});

export default plugin;

/** What a list may call this mailbox, the most exact first. */
function names(mailbox: Mailbox): readonly string[] {
  return [formatMailbox(mailbox), `@${mailbox.domain.toLowerCase()}`];
}
