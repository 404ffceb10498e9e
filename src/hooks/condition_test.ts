// What each condition of a manifest means.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Condition, conditions } from "../../sdk/contract/condition.ts";
import type { Event } from "../../sdk/contract/event.ts";
import { unmet } from "./condition.ts";

const server = { address: "192.0.2.1", port: 25, name: "mx.test" };
const client = { address: "192.0.2.2", port: 1 };

function event(session: object, fields: object = {}): Event {
  return { time: 0, seed: 0, session: { id: "s", server, client, ...session }, ...fields } as unknown as Event;
}

const author = { localPart: "a", domain: "example.org" };
const headers = [["From", "a@example.org"], ["List-Id", "x"]];

const rows: readonly (readonly [condition: Condition, holds: Event, fails: Event])[] = [
  [{ early: true }, event({}, { early: true }), event({}, { early: false })],
  [{ early: false }, event({}, { early: false }), event({}, { early: true })],
  [{ hello: true }, event({ hello: { verb: "EHLO", name: "x" } }), event({})],
  [{ hello: false }, event({}), event({ hello: { verb: "EHLO", name: "x" } })],
  [{ verb: "HELO" }, event({ hello: { verb: "HELO", name: "x" } }), event({ hello: { verb: "EHLO", name: "x" } })],
  [{ verb: "HELO" }, event({ hello: { verb: "HELO", name: "x" } }), event({})],
  [{ tls: false }, event({}), event({ tls: { protocol: "TLSv1.3", cipher: "c" } })],
  [{ authenticated: true }, event({ user: "u" }), event({})],
  [{ relay: false }, event({ marks: ["allowed"] }), event({ marks: ["relay"] })],
  [{ allowed: true }, event({ marks: ["relay", "allowed"] }), event({ marks: ["relay"] })],
  [{ nullReversePath: true }, event({}, { reversePath: null }), event({}, { reversePath: author })],
  [
    { nullReversePath: false },
    event({}, { transaction: { reversePath: author } }),
    event({}, { transaction: { reversePath: null } }),
  ],
  [{ scoreBelow: 0 }, event({ score: -1 }), event({})],
  [{ scoreBelow: 5 }, event({}), event({ score: 5 })],
  [{ largerThan: 100 }, event({}, { size: 101 }), event({}, { size: 100 })],
  [{ smallerThan: 100 }, event({}, { size: 99 }), event({}, { size: 100 })],
  [{ header: "list-id" }, event({}, { headers }), event({}, { headers: headers.slice(0, 1) })],
  [{ relay: true, tls: true }, event({ marks: ["relay"], tls: {} }), event({ marks: ["relay"] })],
];

for (const [condition, holds, fails] of rows) {
  test(`${JSON.stringify(condition)} holds where it says, and not elsewhere`, () => {
    assert.equal(unmet(condition, holds), undefined);
    assert.ok(Object.keys(condition).includes(unmet(condition, fails) ?? ""));
  });
}

test("every condition has a row", () => {
  const named = new Set(rows.flatMap(([condition]) => Object.keys(condition)));
  assert.deepEqual([...named].sort(), Object.keys(conditions).sort());
});
