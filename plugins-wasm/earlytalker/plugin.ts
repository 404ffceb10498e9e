// Refuses clients that talk before it is their turn, as only those do who send in a hurry and read no replies.

import { definePlugin, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";

const places = ["connect", "data"] as const;

const plugin: Plugin<undefined> = definePlugin({
  configure(given): undefined {
    const wanted = given.settings["check_at"] as readonly string[];
    for (const [i, place] of wanted.entries()) {
      if (places.some((each) => each === place)) continue;
      given.problem(`settings.check_at[${i}]`, 'is neither "connect" nor "data"');
    }
    if (wanted.length === 0) given.problem("settings.check_at", 'names no place: write ["connect"], or mode = "off"');
    given.unused(...places.filter((place) => !wanted.includes(place)));
    return undefined;
  },

  // The greeting takes no enhanced status (RFC 2034 §4), and the connection closes with it.
  connect(event): Answer {
    if (!event.early) return pass();
    return { ...reject("Connecting host started transmitting before SMTP greeting"), score: -1 };
  },

  data(event): Answer {
    if (!event.early) return pass();
    // What it has sent is a message, and would be read as commands if the session went on.
    const options = { status: "5.5.1", disconnect: true };
    return { ...reject("Connecting host started transmitting before the reply to DATA", options), score: -1 };
  },
});

export default plugin;
