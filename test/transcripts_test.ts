// Plays every transcript to the daemon, and demands that every reply which the server knows is in one of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "../src/smtp/reply.ts";
import type { HeardReply } from "./support/play_transcript.ts";
import { knowsOrigins, originOf, replyFunctions, traceReplies } from "./support/reply_origins.ts";

// What uses replies.ts is loaded behind this line only.
traceReplies();
const { play } = await import("./support/play_transcript.ts");
const { transcriptFiles } = await import("./support/transcript_files.ts");
const { formatReply } = await import("../src/smtp/reply.ts");
const { Wire } = await import("../src/connection/wire.ts");

/** What each connection was told, connections in the order of their first reply. */
let said = new Map<object, Reply[]>();
const say = Wire.prototype.say;
Wire.prototype.say = function (reply: Reply, receipt?: string): void {
  said.set(this, [...said.get(this) ?? [], reply]);
  say.call(this, reply, receipt);
};

const shown = new Set<string>();

function compareOrigins(heard: readonly HeardReply[]): void {
  const clients = [...new Set(heard.map(({ client }) => client))];
  for (const [i, replies] of [...said.values()].entries()) {
    const ofClient = heard.filter(({ client }) => client === clients[i]);
    for (const [j, { line, lines, origin }] of ofClient.entries()) {
      const reply = replies[j];
      assert.equal(reply === undefined ? undefined : formatReply(reply), lines.map((text) => `${text}\r\n`).join(""));
      const really = reply === undefined ? undefined : originOf(reply);
      if (origin !== undefined) assert.equal(really, origin, `line ${line}: the reply comes from another function`);
      if (really !== undefined) shown.add(really);
    }
  }
}

for (const file of transcriptFiles()) {
  test(`${file.name}: ${file.title}`, async () => {
    assert.match(file.title, /\bRFC \d+ §\d/, "the title cites what the dialogue rests on");
    said = new Map();
    const heard = await play(file);
    if (knowsOrigins) compareOrigins(heard);
  });
}

if (knowsOrigins) {
  test("every reply in replies.ts is in a transcript", () => {
    assert.deepEqual(replyFunctions.filter((name) => !shown.has(name)), []);
  });
}
