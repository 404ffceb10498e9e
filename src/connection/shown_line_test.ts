import assert from "node:assert/strict";
import { test } from "node:test";
import { shownLine } from "./withhold_secrets.ts";

const before: readonly (readonly [line: string, shown: string])[] = [
  ["EHLO client.test", "EHLO client.test"],
  ["mail from:<a@b.test> size=100", "mail from:<a@b.test> size=100"],
  ["QUIT", "QUIT"],
  [`NOOP ${"x".repeat(600)}`, `NOOP ${"x".repeat(507)}`],
  ["AUTH LOGIN", "AUTH LOGIN"],
  ["AUTH PLAIN AGpvAHNlc2FtZQ==", "AUTH PLAIN (not shown)"],
  ["auth plain AGpvAHNlc2FtZQ== more", "auth plain (not shown)"],
  ["AUTH  PLAIN  AGpvAHNlc2FtZQ==", "AUTH PLAIN (not shown)"],
  ["AUTH AGpvAHNlc2FtZQ==", "AUTH (not shown)"],
  ["AUTH\tPLAIN AGpvAHNlc2FtZQ==", "AUTH (not shown)"],
  ["AUTH", "AUTH"],
  ["AUHT PLAIN AGpvAHNlc2FtZQ==", "AUHT (not shown)"],
  ["AUTHPLAIN AGpvAHNlc2FtZQ==", "AUTHPLAIN (not shown)"],
  ["GET / HTTP/1.1", "GET (not shown)"],
  ["AGpvAHNlc2FtZQ==", "(not shown)"],
  ["", "(not shown)"],
];

for (const [line, shown] of before) {
  test(`onlookers see of ${JSON.stringify(line.slice(0, 40))}: ${JSON.stringify(shown.slice(0, 40))}`, () => {
    assert.equal(shownLine(line, false), shown);
  });
}

test("after an AUTH nothing is shown that is no command: clients go on with a password that nobody asked for", () => {
  for (const line of ["sesame", "c2VzYW1l", "sesame open", "*"]) assert.equal(shownLine(line, true), "(not shown)");
  assert.equal(shownLine("QUIT", true), "QUIT");
  assert.equal(shownLine("AUTH LOGIN", true), "AUTH LOGIN");
});
