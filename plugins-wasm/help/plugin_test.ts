// What HELP is answered.

import { accept, reject } from "#sdk";
import type { Answer } from "#sdk";
import { argumentEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case, Misconfigured } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const topics = ["MAIL MAIL FROM:<reverse-path>", "mail begins a transaction", "RCPT RCPT TO:<forward-path>"];
const invalid = reject("Invalid command name", { code: 502, status: "5.5.4" });
const tryHelp = "Try 'HELP COMMAND' for getting help on COMMAND";
const many = Array.from({ length: 300 }, (_, index) => `NAME${100 + index} does it`);
/** Nine names of seven characters and the blanks between them would be a line of 71. */
const manyShown = Array.from({ length: 19 }, (_, line) => {
  return Array.from({ length: 8 }, (_, index) => `NAME${100 + line * 8 + index}`).join(" ");
});

function row(title: string, argument: string, expected: Answer, lists: readonly string[] = topics): Case {
  return [title, { lists: { help_topics: lists } }, "help", argumentEvent({ argument }), expected];
}

function wrong(title: string, lines: readonly string[], message: string): Misconfigured {
  return [title, { lists: { help_topics: lines } }, `lists.help_topics[${lines.length - 1}]`, message];
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("HELP alone names the topics", "", accept([tryHelp, "MAIL RCPT"])),
    row("so many that a reply holds them", "", accept([tryHelp, ...manyShown]), many),
    row("blanks are nothing", "  ", accept([tryHelp, "MAIL RCPT"])),
    row("a topic is told, all its lines", "MAIL", accept(["MAIL FROM:<reverse-path>", "begins a transaction"])),
    row("without case, and with blanks around it", " rcpt ", accept(["RCPT TO:<forward-path>"])),
    row("there is no help on what is not listed", "VRFY", accept("No help available for SMTP command: VRFY")),
    row("a name of JavaScript's is no topic", "toString", accept("No help available for SMTP command: toString")),
    row("what can be no command is refused", "MAIL FROM", invalid),
    row("so is a path", "../../etc/passwd", invalid),
    row("and what is too long for a command", "A".repeat(13), invalid),
    row("and what a reply cannot show", "M\u0007L", invalid),
    [
      "HELP can be refused altogether",
      { settings: { not_implemented: true }, lists: { help_topics: topics } },
      "help",
      argumentEvent({ argument: "MAIL" }),
      reject("Not implemented.", { code: 502, status: "5.5.1" }),
    ],
    ["without topics there is nothing to say", {}, "help", argumentEvent({ argument: "x y" }), invalid],
  ],
  misconfigured: [
    wrong("a topic is a command", [...topics, "MAIL-FROM is none"], '"MAIL-FROM" is no command'),
    wrong("with a text", ["MAIL"], "help is 1 to 400"),
    wrong("that a reply can show", ["MAIL grüßt"], "help is 1 to 400"),
    wrong("in one line", [`MAIL ${"x".repeat(401)}`], "help is 1 to 400"),
    wrong("and in twenty", Array<string>(21).fill("MAIL is long"), "is more than the 20 lines"),
  ],
  asked: [
    ["without topics the server answers itself", {}, []],
    ["with some the plugin does", { lists: { help_topics: topics } }, ["help"]],
    ["and when it refuses", { settings: { not_implemented: true } }, ["help"]],
  ],
});
