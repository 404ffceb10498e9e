// Closes the session of a client that sends too many commands nobody knows.

import { definePlugin, noting, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";

interface Setup {
  readonly max: number;
}

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    return { max: given.settings["max"] as number };
  },

  unrecognized_command(event, { max }): Answer {
    const count = Number(event.notes?.session?.["count"] ?? 0) + 1;
    const notes = { session: { count } };
    if (count < max) return noting(pass(), notes);
    const text = `Closing connection, ${count} unrecognized commands. Perhaps you should read RFC 2821?`;
    return noting(reject(text, { code: 521, status: "5.5.1", disconnect: true }), notes);
  },
});

export default plugin;
