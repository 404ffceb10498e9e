// Which header sections the plugin headers lets through.

import { pass, reject } from "#sdk";
import type { Answer, HeaderField, MessageEvent } from "#sdk";
import { messageEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const now = Date.UTC(2026, 5, 15, 12);
const from: HeaderField = ["From", "Alice <alice@client.example>"];
const date = dated(0);
const past = "The Date header is too far in the past";
const future = "The Date header is too far in the future";

function dated(days: number): HeaderField {
  const day = new Date(now + days * 24 * 60 * 60 * 1000);
  return ["Date", day.toUTCString().replace("GMT", "+0000")];
}

function message(...headers: readonly HeaderField[]): MessageEvent {
  return messageEvent({ time: now, headers });
}

function refused(...text: readonly string[]): Answer {
  return { ...reject(text, { status: "5.6.0" }), score: -text.length };
}

function once(name: string): string {
  return `Only one ${name} header allowed. See RFC 5322, Section 3.6`;
}

function need(name: string): string {
  return `We require a valid ${name} header`;
}

function within(title: string, limit: "past" | "future", days: number, expected: Answer): Case {
  return [title, { settings: { [limit]: 2 } }, "data_post", message(from, dated(days)), expected];
}

function repeated(name: string): Case {
  const headers = [from, date].filter(([present]) => present !== name);
  const event = message(...headers, [name, "one"], [name.toUpperCase(), "two"]);
  return [`two ${name} are one too many`, {}, "data_post", event, refused(once(name))];
}

const many = Array.from({ length: 30 }, (_, index) => `X-${index}`);

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    ["a message with all that is needed passes", {}, "data_post", message(from, date), pass()],
    [
      "nothing is no message",
      {},
      "data_post",
      messageEvent({ size: 0, headers: [] }),
      reject("You must send some data first", { status: "5.6.0" }),
    ],
    ["Date is required", {}, "data_post", message(from), refused(need("Date"))],
    ["From is required", {}, "data_post", message(date), refused(need("From"))],
    ["all that is missing is named", {}, "data_post", message(["Subject", "x"]), refused(need("From"), need("Date"))],
    ["an empty field is a missing one", {}, "data_post", message(date, ["From", ""]), refused(need("From"))],
    ["names are compared without case", {}, "data_post", message(["FROM", "a@b.example"], ["date", "x"]), pass()],
    ["nothing may be required", { settings: { require: [] } }, "data_post", message(), pass()],
    ["or other fields", { settings: { require: ["To"] } }, "data_post", message(from), refused(need("To"))],
    ...["Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-Id", "In-Reply-To", "References", "Subject"]
      .map(repeated),
    [
      "other fields may repeat",
      {},
      "data_post",
      message(["Received", "a"], ["Received", "b"], from, date, ["Comments", "x"], ["Comments", "y"]),
      pass(),
    ],
    within("six days ahead are too many", "future", 6, refused(future)),
    within("so are three", "future", 3, refused(future)),
    within("one is not", "future", 1, pass()),
    within("the past is not limited by `future`", "future", -1000, pass()),
    within("six days ago are too many", "past", -6, refused(past)),
    within("so are three ago", "past", -3, refused(past)),
    within("one ago is not", "past", -1, pass()),
    within("the future is not limited by `past`", "past", 1000, pass()),
    ["without limits any date will do", {}, "data_post", message(from, dated(-10_000)), pass()],
    [
      "a date that nobody can read is let be",
      { settings: { past: 1, future: 1 } },
      "data_post",
      message(from, ["Date", "yesterday"]),
      pass(),
    ],
    [
      "a reply has twenty lines, and the score all faults",
      { settings: { require: many } },
      "data_post",
      message(from, date),
      { ...refused(...many.slice(0, 20).map(need)), score: -30 },
    ],
  ],
  misconfigured: [
    [
      "a colon is no part of a name",
      { settings: { require: ["From", "Date:"] } },
      "settings.require[1]",
      '"Date:" is no',
    ],
    ["and a name is not empty", { settings: { require: [""] } }, "settings.require[0]", '"" is no header'],
  ],
});
