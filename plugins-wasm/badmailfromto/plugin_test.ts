// Which pairs badmailfromto refuses.

import { pass, reject } from "#sdk";
import type { Answer, Mailbox, RcptEvent } from "#sdk";
import { rcptEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const refused = reject("mail to this recipient not accepted here", { status: "5.7.1" });
const bad = { localPart: "bad", domain: "from.example" };
const user = { localPart: "user", domain: "to.example" };

function mail(from: Mailbox | null, to: Mailbox): RcptEvent {
  const { transaction } = rcptEvent();
  return rcptEvent({ transaction: { ...transaction, reversePath: from }, forwardPath: to });
}

function row(title: string, lines: readonly string[], from: Mailbox | null, to: Mailbox, expected: Answer): Case {
  return [title, { lists: { badmailfromto: lines } }, "rcpt", mail(from, to), expected];
}

const pair = ["bad@from.example user@to.example"];
const long = `${"x".repeat(256)}@a.example`;
const three = [
  "bad@from.example first@to.example",
  "bad@from.example user@to.example",
  "@from.example last@to.example",
];

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("a listed pair is refused", pair, bad, user, refused),
    row("the same reverse-path may write to others", pair, bad, { ...user, localPart: "other" }, pass()),
    row("others may write to the same forward-path", pair, { ...bad, localPart: "good" }, user, pass()),
    row("the other way round is another pair", pair, user, bad, pass()),
    row("a listed domain of the reverse-path is refused", ["@from.example user@to.example"], bad, user, refused),
    row("a domain does not stand for what is below it", ["@example user@to.example"], bad, user, pass()),
    row("a listed domain of the forward-path is refused", ["bad@from.example @to.example"], bad, user, refused),
    row("so are two domains", ["@from.example @to.example"], bad, user, refused),
    row("all lines of a reverse-path count, the first", three, bad, { ...user, localPart: "first" }, refused),
    row("the second", three, bad, user, refused),
    row("and that of its domain", three, bad, { ...user, localPart: "last" }, refused),
    row("letters are compared without case", ["BAD@From.example USER@to.example"], bad, user, refused),
    row("in any script", ["BÜCHER@from.example GRÜN@to.example"], { localPart: "bücher", domain: "from.example" }, {
      localPart: "grün",
      domain: "to.example",
    }, refused),
    row("so are those of the client", pair, { localPart: "Bad", domain: "FROM.example" }, user, refused),
    row("a reason is what the client is told", [`${pair[0]}  Not to her.`], bad, user, {
      ...refused,
      text: "Not to her.",
    }),
    row("<postmaster> can be listed", ["bad@from.example postmaster"], bad, {
      localPart: "Postmaster",
      domain: "",
    }, refused),
    row("the null reverse-path passes", ["@from.example @to.example"], null, user, pass()),
    row(
      "a blank in a local part makes no other pair",
      ["a@from.example b@to.example"],
      {
        localPart: "a@from.example\nb",
        domain: "to.example",
      },
      { localPart: "", domain: "" },
      pass(),
    ),
    row(
      "an empty local part does not slip by",
      ["@from.example @to.example"],
      { ...bad, localPart: "" },
      user,
      refused,
    ),
    row("an empty list refuses nobody", [], bad, user, pass()),
  ],
  misconfigured: [
    ["a pair is two", { lists: { badmailfromto: ["a@b.example"] } }, "lists.badmailfromto[0]", "has only one address"],
    [
      "a bare domain is named",
      { lists: { badmailfromto: [...pair, "from.example user@to.example"] } },
      "lists.badmailfromto[1]",
      '"from.example" would match nothing',
    ],
    [
      "on either side",
      { lists: { badmailfromto: ["a@from.example user@"] } },
      "lists.badmailfromto[0]",
      '"user@" would match nothing',
    ],
    [
      "an address has its bounds",
      { lists: { badmailfromto: [`${long} user@to.example`] } },
      "lists.badmailfromto[0]",
      '"xxx',
    ],
    [
      "on either side too",
      { lists: { badmailfromto: [`bad@from.example ${long}`] } },
      "lists.badmailfromto[0]",
      '"xxx',
    ],
    [
      "a reason must fit a reply",
      { lists: { badmailfromto: [`${pair[0]} grüß Gott`] } },
      "lists.badmailfromto[0]",
      "the reason of",
    ],
  ],
  asked: [
    ["an empty list spares the call", {}, []],
    ["a line does not", { lists: { badmailfromto: pair } }, ["rcpt"]],
  ],
});
