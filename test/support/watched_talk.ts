// A server that is looked on, with one session in it: says as JSON what was seen. Runs on every runtime.

import { announcing } from "../../src/live/announce.ts";
import { Happenings } from "../../src/live/happenings.ts";
import { LiveSessions } from "../../src/live/live_sessions.ts";
import { formatMetrics } from "../../src/metrics/format.ts";
import { processFamilies } from "../../src/metrics/process_metrics.ts";
import { SessionMetrics } from "../../src/metrics/session_metrics.ts";
import { watchOf } from "../../src/watch/watch.ts";
import { acceptAll } from "./native_plugin.ts";
import { serving } from "./served.ts";
import { sendMessage } from "./smtp_peer.ts";

const live = new LiveSessions({ pid: process.pid, now: Date.now });
const happenings = new Happenings({ pid: process.pid, now: Date.now });
const metrics = new SessionMetrics();
const watch = watchOf([live, announcing(happenings, () => performance.now()), metrics]);
if (watch === undefined) throw new Error("nobody looks on");

await serving({ plugins: [acceptAll], watch }, async ({ greet }) => {
  const peer = await greet();
  await sendMessage(peer, { reversePath: "a@b.test", forwardPaths: ["c@d.test"] }, "x");
  const sessions = live.list().map(({ id }) => live.find(id));
  live.end(sessions[0]?.id ?? "");
  const goodbye = await peer.reply();
  const over = new AbortController();
  const kinds: string[] = [];
  for await (const { kind } of happenings.subscribe(over.signal, { after: 0 }) ?? []) {
    kinds.push(kind);
    if (kind === "disconnected") over.abort();
  }
  const families = [...metrics.families, ...processFamilies({ version: "0.0.0", runtime: "test" })];
  console.log(JSON.stringify({ sessions, goodbye, kinds, text: formatMetrics({ families }) }));
});
