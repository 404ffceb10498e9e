import assert from "node:assert/strict";
import { test } from "node:test";
import { type Mend, mendOf } from "./mend.ts";

const rows: readonly (readonly [problem: string, mend: Mend | undefined])[] = [
  [`new/rcpthosts:4: "x" is no domain (for plugin.1, rcpt_ok)`, {
    kind: "line",
    file: "rcpthosts",
    line: 4,
    why: `"x" is no domain`,
  }],
  ["/elsewhere/list:4: wrong (for plugin.3, relay)", {
    kind: "table",
    table: 3,
    why: "/elsewhere/list:4: wrong (for plugin.3, relay)",
  }],
  ["new/qpsmtpd.toml: plugin.2 (relay): settings.only: must be true or false, not 3", {
    kind: "table",
    table: 2,
    why: "settings.only: must be true or false, not 3",
  }],
  ["new/qpsmtpd.toml: plugin.12.as: expected one of", { kind: "table", table: 12, why: "as: expected one of" }],
  ["new/qpsmtpd.toml: tls.certificates.1: no such file", {
    kind: "key",
    key: "tls.certificates",
    why: "1: no such file",
  }],
  ["new/qpsmtpd.toml: limits.message_size: expected a size", {
    kind: "key",
    key: "limits.message_size",
    why: "expected a size",
  }],
  ["new/qpsmtpd.toml: log.adaptive: in more detail", {
    kind: "key",
    key: "log.adaptive.refused",
    why: "in more detail",
  }],
  ["new/qpsmtpd.toml: limits.recipients: expected a number", undefined],
  ["new/qpsmtpd.toml: line 3, column 1: bad TOML", undefined],
  ["something else", undefined],
];

test("a complaint names the line, the table or the key that is to be left out", () => {
  const keys = ["tls.certificates", "limits.message_size", "log.adaptive.refused"];
  for (const [problem, mend] of rows) assert.deepEqual(mendOf(problem, "new", keys), mend, problem);
});
