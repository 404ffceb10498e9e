// Answers HELP from a list of topics, or refuses it altogether.

import { accept, definePlugin, reject } from "#sdk";
import type { Answer, Given, Plugin } from "#sdk";
import { quote, splitLine } from "../shared/pattern.ts";

interface Setup {
  readonly notImplemented: boolean;
  /** Lines of the reply, by command in upper case. */
  readonly topics: ReadonlyMap<string, readonly string[]>;
}

const commandName = /^[A-Za-z0-9_]{1,12}$/;
// RFC 5321 §4.2: reply text is printable ASCII; §4.5.3.1.5 gives a reply line 512 octets with code and CRLF.
const replyText = /^[ -~]{1,400}$/;
// The most that the host lets a reply have.
const maxLines = 20;

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const notImplemented = given.settings["not_implemented"] === true;
    const topics = readTopics(given);
    // The server's own reply lists the commands: better than that there is help on nothing.
    if (!notImplemented && topics.size === 0) given.unused("help");
    return { notImplemented, topics };
  },

  help(event, { notImplemented, topics }): Answer {
    if (notImplemented) return reject("Not implemented.", { code: 502, status: "5.5.1" });
    const topic = event.argument.trim();
    if (topic === "") return accept(["Try 'HELP COMMAND' for getting help on COMMAND", ...overview(topics)]);
    if (!commandName.test(topic)) return reject("Invalid command name", { code: 502, status: "5.5.4" });
    return accept(topics.get(topic.toUpperCase()) ?? `No help available for SMTP command: ${topic}`);
  },
});

export default plugin;

function readTopics(given: Given): Setup["topics"] {
  const topics = new Map<string, readonly string[]>();
  for (const [index, line] of (given.lists["help_topics"] ?? []).entries()) {
    const { pattern, reason: text = "" } = splitLine(line);
    const place = `lists.help_topics[${index}]`;
    const command = pattern.toUpperCase();
    const lines = [...topics.get(command) ?? [], text];
    if (!commandName.test(command)) given.problem(place, `${quote(pattern)} is no command: write "MAIL what it does"`);
    else if (!replyText.test(text)) {
      given.problem(place, "help is 1 to 400 characters of printable ASCII, as SMTP replies are");
    } else if (lines.length > maxLines) given.problem(place, `is more than the ${maxLines} lines a topic may have`);
    else topics.set(command, lines);
  }
  return topics;
}

/** The topics in lines of at most 70 characters, as many as a reply may have. */
function overview(topics: Setup["topics"]): readonly string[] {
  const lines: string[] = [];
  for (const command of topics.keys()) {
    const last = lines.at(-1);
    if (last === undefined || last.length + command.length >= 70) lines.push(command);
    else lines[lines.length - 1] = `${last} ${command}`;
  }
  return lines.slice(0, maxLines - 1);
}
