import assert from "node:assert/strict";
import { join } from "node:path";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { readHeaders } from "./read_headers.ts";

async function read(text: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-headers-"));
  try {
    const path = join(folder, "headers");
    writeFileSync(path, text);
    const found = await readHeaders(path);
    return found.kind === "headers" ? found.headers : found.message.replace(path, "FILE");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const place = "telemetry.headers_file: cannot use FILE: ";

const rows: readonly (readonly [text: string, expected: unknown])[] = [
  ["", {}],
  ["# a comment\n\nAuthorization: Bearer s3cret\r\nX-Tenant:\tmail\n", {
    authorization: "Bearer s3cret",
    "x-tenant": "mail",
  }],
  ["Empty:\n", { empty: "" }],
  ["Bearer s3cret\n", `${place}line 1 is no "Name: value"`],
  ["a: b\nA B: c\n", `${place}line 2 is no "Name: value"`],
  ["a: b\rHost: c\n", `${place}line 1 is no "Name: value"`],
  ["Content-Length: 5\n", `${place}line 1: Content-Length is not to be given`],
  [`a: ${"x".repeat(17_000)}`, `${place}it is larger than 16384 octets`],
];

test("header fields are read from a file; what is wrong is told without what is in it", async () => {
  for (const [text, expected] of rows) assert.deepEqual(await read(text), expected);
});

test("a file that is not there is a problem", async () => {
  const found = await readHeaders("/nonexistent/headers");
  assert.ok(
    found.kind === "failed" && found.message.startsWith("telemetry.headers_file: cannot use /nonexistent/headers: "),
  );
});
