// Those who look on see the same on every runtime: the sessions, what happens, the figures.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import type { LiveSession } from "../../src/live/live_session.ts";
import { parseMetrics } from "../support/metrics_parser.ts";
import { projectRoot } from "../support/runtimes.ts";

const talk = "test/support/watched_talk.ts";
const commands: readonly (readonly [program: string, ...args: string[]])[] = [
  ["node", talk],
  ["deno", "run", "--allow-all", "--no-check", talk],
  ["bun", talk],
];

interface Seen {
  readonly sessions: readonly LiveSession[];
  readonly goodbye: string;
  readonly kinds: readonly string[];
  readonly text: string;
}

for (const [program, ...args] of commands) {
  test(`${program}: a session is seen, counted, told of, and ended`, async () => {
    const options = { cwd: projectRoot, timeout: 60_000 };
    const { stdout } = await promisify(execFile)(`${projectRoot}node_modules/.bin/${program}`, args, options);
    const { sessions: [session], goodbye, kinds, text } = JSON.parse(stdout) as Seen;
    assert.equal(session?.messages, 1);
    assert.ok(session.dialogue.some(({ text }) => text === "RCPT TO:<c@d.test>"));
    assert.match(goodbye, /^421 4\.3\.2 /);
    assert.deepEqual(kinds, ["connected", "verdict", "message", "reply", "disconnected"]);
    const figures = parseMetrics(text);
    assert.equal(figures.get("qpsmtpd_messages_total")?.samples[0]?.value, 1);
    assert.ok((figures.get("process_resident_memory_bytes")?.samples[0]?.value ?? 0) > 1e6);
  });
}
