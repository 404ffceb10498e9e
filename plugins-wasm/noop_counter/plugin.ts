// Closes the session of a client that sends too many NOOPs in a row.

import { definePlugin, noting, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";

interface Setup {
  readonly max: number;
}

type Counted = { readonly notes?: { readonly session?: { readonly [name: string]: unknown } } };

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    return { max: given.settings["max"] as number };
  },

  noop(event, { max }): Answer {
    const count = countOf(event) + 1;
    const notes = { session: { count } };
    if (count < max) return noting(pass(), notes);
    const text = "Stop wasting my time, too many consecutive NOOPs";
    return noting(reject(text, { status: "5.7.0", disconnect: true }), notes);
  },

  helo: startAgain,
  ehlo: startAgain,
  mail: startAgain,
  rcpt: startAgain,
  data: startAgain,
  vrfy: startAgain,
  help: startAgain,
  reset_transaction: startAgain,
});

export default plugin;

function startAgain(event: Counted): Answer {
  // Nearly always there is nothing to forget: then nothing is written.
  return countOf(event) === 0 ? pass() : noting(pass(), { session: { count: 0 } });
}

function countOf({ notes }: Counted): number {
  return Number(notes?.session?.["count"] ?? 0);
}
