// Which reverse-paths badmailfrom refuses.

import { pass, reject } from "#sdk";
import type { Answer, MailEvent } from "#sdk";
import { mailEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const refused: Answer = {
  ...reject("Your envelope sender is in my badmailfrom list", { status: "5.7.1" }),
  score: -1,
};

function from(localPart: string, domain: string): MailEvent {
  return mailEvent({ reversePath: { localPart, domain } });
}

function row(title: string, line: string, localPart: string, domain: string, expected: Answer): Case {
  return [title, { lists: { badmailfrom: [line] } }, "mail", from(localPart, domain), expected];
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("a listed address is refused", "matt@test.net", "matt", "test.net", refused),
    row("another address is not", "matt@test.net", "matt", "test.com", pass()),
    row("a listed domain is refused", "@test.net", "matt", "test.net", refused),
    row("another domain is not", "@test.net", "matt", "tnpi.net", pass()),
    row("a domain does not stand for what is below it", "@test.net", "matt", "sub.test.net", pass()),
    row("a matching expression is refused", "test.net$", "matt", "test.net", refused),
    row("another address does not match it", "test.net$", "matt", "test.net.example", pass()),
    row("an expression may stand in slashes", "/^m.tt@/", "matt", "test.net", refused),
    row("letters are compared without case", "Matt@TEST.net", "mATT", "test.NET", refused),
    row("so are expressions", "TEST\\.net$", "matt", "test.net", refused),
    row("a plus sign is taken at its word too", "a+b@test.net", "a+b", "test.net", refused),
    row(
      "a reason behind the pattern is what the client is told",
      "matt@test.net  Yer a bad apple.",
      "matt",
      "test.net",
      {
        ...refused,
        text: "Yer a bad apple.",
      },
    ),
    row("an empty local part does not slip by", "@test.net", "", "test.net", refused),
    [
      "the line that stands first gives the reason",
      { lists: { badmailfrom: ["test.net$ first", "@test.net second"] } },
      "mail",
      from("matt", "test.net"),
      { ...refused, text: "first" },
    ],
    [
      "the null reverse-path passes",
      { lists: { badmailfrom: [".*"] } },
      "mail",
      mailEvent({ reversePath: null }),
      pass(),
    ],
    ["an empty list refuses nobody", {}, "mail", from("matt", "test.net"), pass()],
  ],
  misconfigured: [
    [
      "a broken expression is named",
      { lists: { badmailfrom: ["a@b", "(.*"] } },
      "lists.badmailfrom[1]",
      '"(.*" is not',
    ],
  ],
  asked: [
    ["an empty list spares the call", {}, []],
    ["a line does not", { lists: { badmailfrom: ["@test.net"] } }, ["mail"]],
  ],
});
