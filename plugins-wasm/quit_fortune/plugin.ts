// Gives clients of the old school, who say HELO, a fortune on their way out.

import { accept, definePlugin, pass } from "#sdk";
import type { Answer, Given, Plugin } from "#sdk";

type Fortunes = readonly string[];

// RFC 5321 §4.2: reply text is printable ASCII; §4.5.3.1.5 gives a reply line 512 octets with code and CRLF.
const fortuneLine = /^[ -~]{1,400}$/;

const builtIn: Fortunes = [
  "A letter that never arrives is always read twice.",
  "Be liberal in what you accept, and surprised by what you get.",
  "He who queues last, delivers longest.",
  "Today is a good day to read your own bounces.",
  "The shortest way between two mailboxes goes through a mailing list.",
];

const plugin: Plugin<Fortunes> = definePlugin({
  configure(given): Fortunes {
    const listed = listedFortunes(given);
    return listed.length === 0 ? builtIn : listed;
  },

  quit(event, fortunes): Answer {
    const { hello, server } = event.session;
    // A client that says EHLO is a machine in a hurry.
    if (hello?.verb !== "HELO") return pass();
    const fortune = fortunes[Math.floor(Math.random() * fortunes.length)] ?? "";
    return accept([`${server.name} closing connection.`, fortune]);
  },
});

export default plugin;

function listedFortunes(given: Given): Fortunes {
  const lines = given.lists["fortunes"] ?? [];
  for (const [index, line] of lines.entries()) {
    if (fortuneLine.test(line)) continue;
    given.problem(
      `lists.fortunes[${index}]`,
      "a fortune is printable ASCII of at most 400 characters, as SMTP replies are",
    );
  }
  return lines;
}
