import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSyslog } from "../../test/support/syslog_parser.ts";
import type { Entry } from "./log.ts";
import { syslogFormat } from "./syslog_message.ts";

const origin = { facility: "mail", name: "qpsmtpd", hostname: "mx.example.org" } as const;
const time = "2026-11-22T10:00:00.123Z";

function sent(format: "text" | "json" | "structured", fields: Entry["fields"], level: Entry["level"] = "info"): string {
  return syslogFormat({ ...origin, format }, 42)({ time, level, message: "connected", fields });
}

test("the header says who, when and how important", () => {
  assert.equal(
    sent("text", { client: "192.0.2.1" }),
    `<22>1 ${time} mx.example.org qpsmtpd 42 - - connected client=192.0.2.1`,
  );
});

for (const [level, severity] of [["debug", 7], ["info", 6], ["warn", 4], ["error", 3]] as const) {
  test(`${level} is severity ${severity}`, () => {
    const parsed = parseSyslog(sent("text", {}, level));
    assert.deepEqual([parsed.facility, parsed.severity], [2, severity]);
  });
}

const hostile = '"]\\" [x@1 a="b"]\r\n<0>1 \u001b[31mé\u202e\0';

test("structured: an outside string stays one value", () => {
  const parsed = parseSyslog(sent("structured", { session: "s1", text: hostile, none: undefined }));
  assert.deepEqual(Object.keys(parsed.parameters), ["session", "text"]);
  assert.equal(parsed.parameters["session"], "s1");
  assert.equal(JSON.parse(`"${parsed.parameters["text"]?.replace(/\\(?!u)|"/g, "\\$&")}"`), hostile);
  assert.equal(parsed.text, "connected");
});

test("json: the text is one JSON object", () => {
  const parsed = parseSyslog(sent("json", { text: hostile }));
  assert.deepEqual(JSON.parse(parsed.text), { time, level: "info", message: "connected", text: hostile });
});

for (const format of ["text", "json", "structured"] as const) {
  test(`${format}: printable ASCII alone, and bounded`, () => {
    const fields = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`f${index}`, hostile.repeat(100)]));
    const message = sent(format, fields);
    assert.match(message, /^[ -~]+$/);
    assert.ok(message.length < 8192, String(message.length));
    parseSyslog(message);
  });
}
