// Plugins share the words of an event, and nothing else: each is told what its own grants allow, and its own notes.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../sdk/contract/event.ts";
import { grantedEvent } from "./event_fields.ts";
import { eventEncoder } from "./event_text.ts";
import { type EffectiveGrants, effectiveGrants, parseGrant } from "./grants.ts";

const ends = { client: { address: "192.0.2.1", port: 3 }, server: { address: "192.0.2.2", port: 25, name: "mx.test" } };
const event: Event = {
  time: 1,
  seed: 2,
  session: { id: "s", ...ends, hello: { verb: "EHLO", name: "bücher.test" }, user: "somebody" },
  transaction: { id: "t", reversePath: null, recipientCount: 0 },
  forwardPath: { localPart: "b", domain: "server.test" },
  parameters: {},
};

function grants(...texts: readonly string[]): EffectiveGrants {
  const list = texts.map(parseGrant).flatMap((parsed) => parsed.kind === "grant" ? [parsed.grant] : []);
  const result = effectiveGrants(list, list);
  return result.kind === "granted" && list.length === texts.length ? result.grants : assert.fail(texts.join());
}

const all = grants("event", "notes");
const rows: readonly EffectiveGrants[] = [
  all,
  grants(),
  grants("event:hello"),
  grants("event:hello", "event:recipients"),
  grants("event:recipients", "event:hello"),
  grants("event:user", "notes:karma"),
  all,
];

/** Each row once with each of these; all of one event, as in a chain. */
const owns = [
  { seed: 7 },
  { seed: 8, notes: { session: { count: 1 } } },
  { seed: 9, othersNotes: { karma: { session: { score: 3 } }, geoip: { session: { country: "NZ" } } } },
] as const;

test("with each grant it says what the event says of that, and what the plugin alone is told", () => {
  for (const granted of rows) {
    for (const own of owns) {
      const told: unknown = JSON.parse(new TextDecoder().decode(eventEncoder("rcpt", granted)(event, own)));
      assert.deepEqual(told, grantedEvent({ ...event, ...own }, "rcpt", granted));
    }
  }
});

test("who has nothing of its own is told the event as it is", () => {
  const told: unknown = JSON.parse(new TextDecoder().decode(eventEncoder("rcpt", all)(event)));
  assert.deepEqual(told, event);
});

test("two plugins with the same grants share one putting into words, two with others do not", () => {
  let asked = 0;
  const counted = { ...event, toJSON: (): Event => (asked++, event) };
  // Told whole, so that it is this very object which is put into words.
  eventEncoder("rcpt", all)(counted, { seed: 1 });
  const once = asked;
  eventEncoder("rcpt", all)(counted, { seed: 2 });
  assert.deepEqual([once, asked], [1, 1]);
});
