// Who looks on at sessions: nobody, if nobody can ask.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startSession } from "../smtp/session.ts";
import type { Watch } from "../watch/watch.ts";
import { openOnlookers } from "./onlookers.ts";

const end = { address: "192.0.2.1", port: 25 };
const session = startSession({ id: "1ke4z8q-7m2px40", client: end, server: end });
const reins = { end: (): void => {} };
/** As traces are, while none are taken. */
const absent: Watch = { begin: () => undefined, turnedAway: () => {} };

test("with an API a session is counted and can be found", () => {
  const { watch, live, metrics } = openOnlookers(true, [absent]);
  const seen = watch?.begin(session, reins);
  assert.equal(live.sessions().length, 1);
  assert.equal(live.find(session.id)?.client, end.address);
  seen?.heard("NOOP");
  seen?.left(session);
  assert.equal(live.sessions().length, 0);
  const commands = metrics.families.find(({ name }) => name === "qpsmtpd_commands_total");
  assert.deepEqual(commands?.samples, [{ labels: { command: "NOOP" }, value: 1 }]);
});

test("without one a session has nobody to tell anything to", () => {
  assert.equal(openOnlookers(false, [absent]).watch?.begin(session, reins), undefined);
  assert.equal(openOnlookers(false).watch, undefined);
});

test("who tails a server is told of plugins that came, went, changed, or are only judged anew", async () => {
  const { happenings, reloaded } = openOnlookers(true);
  const over = new AbortController();
  const told = happenings.subscribe(over.signal);
  const lists = { added: ["a"], changed: ["c"], removed: ["r"], rejudged: ["j"] };
  reloaded({ kind: "reloaded", number: 2, changes: { ...lists, kept: ["j", "k"], tables: [] }, warnings: ["w"] });
  const first = await told?.[Symbol.asyncIterator]().next();
  assert.deepEqual(first?.value?.facts, { outcome: "reloaded", generation: 2, ...lists, warnings: ["w"] });
  over.abort();
});
