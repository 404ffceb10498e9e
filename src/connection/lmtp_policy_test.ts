// Plugins that speak for some recipients of a message, where each recipient hears of its own fate. RFC 2033 §4.2.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mailbox } from "../../sdk/contract/event.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import type { Delivered, OutgoingMessage } from "../delivery/delivery.ts";
import { acceptAll, type Handlers, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Served, serving } from "../../test/support/served.ts";
import type { Registered } from "../hooks/chains.ts";
import { plainPolicy, type Policy } from "../policy/policy.ts";

function judged(name: string, policy: Partial<Policy>, handlers: Handlers): Registered {
  return { ...nativePlugin(name, handlers), policy: { ...plainPolicy, ...policy } };
}

const no: Answer = { verdict: "reject", text: "Not here" };
const pass: Answer = { verdict: "pass" };

/** Of the recipients a, b and c; the domain of each is its own. */
const forA = { for: [{ domain: "a.test" }] } as const;
const forB = { for: [{ domain: "b.test" }] } as const;

interface Sent {
  /** The first words of the reply to each. */
  readonly replies: readonly string[];
  /** To whom it was delivered, and the text. */
  readonly delivered: Served["delivered"];
}

async function send(plugins: readonly Registered[], more: { readonly deliver?: "last refused" } = {}): Promise<Sent> {
  const deliver = more.deliver && { deliver: refuseLast };
  const sent: { -readonly [K in keyof Sent]: Sent[K] } = { replies: [], delivered: [] };
  const serve = { plugins: [...plugins, acceptAll], offer: { mode: "lmtp" }, ...deliver } as const;
  await serving(serve, async ({ connect, delivered }) => {
    const peer = await connect();
    const names = ["a", "b", "c"];
    for (const line of ["LHLO x.test", "MAIL FROM:<s@x.test>", ...names.map((name) => `RCPT TO:<u@${name}.test>`)]) {
      assert.match(await peer.ask(line), /^250/);
    }
    assert.match(await peer.ask("DATA"), /^354 /);
    peer.send("Subject: x\r\n\r\nx\r\n.\r\nNOOP\r\n");
    const replies: string[] = [];
    while (replies.length < 4) replies.push(await peer.reply());
    assert.equal(replies.pop(), "250 2.0.0 OK");
    sent.replies = replies.map((reply) => reply.split(" ").slice(0, 3).join(" "));
    sent.delivered = delivered;
    peer.destroy();
  });
  return sent;
}

function refuseLast({ envelope }: OutgoingMessage): Promise<Delivered> {
  const last = envelope.forwardPaths.length - 1;
  const results = envelope.forwardPaths.map((_, index) => {
    if (index < last) return { kind: "taken" } as const;
    return { kind: "refused", code: 552, status: "5.2.2", text: ["Full"] } as const;
  });
  return Promise.resolve({ kind: "each", results });
}

function domainsOf(paths: readonly Mailbox[] = []): readonly string[] {
  return paths.map(({ domain }) => domain);
}

test("a plugin for one recipient refuses it alone, and the others are delivered to", async () => {
  const { replies, delivered } = await send([judged("strict", forB, { data_post: () => no })]);
  assert.deepEqual(replies, ["250 2.0.0 Queued", "550 5.7.1 Not", "250 2.0.0 Queued"]);
  assert.deepEqual(delivered.map(({ envelope }) => domainsOf(envelope.forwardPaths)), [["a.test", "c.test"]]);
});

test("each hears of its own: two plugins, and the next server", async () => {
  const first = judged("first", forA, { data_post: () => no });
  const second = judged("second", forB, { data_post: () => ({ verdict: "defer", text: "Later" }) });
  const { replies } = await send([first, second], { deliver: "last refused" });
  assert.deepEqual(replies, ["550 5.7.1 Not", "451 4.7.1 Later", "552 5.2.2 Full"]);
});

test("who is for all refuses those that are left, and nothing is delivered", async () => {
  const strict = judged("strict", forB, { data_post: () => no });
  const rest = judged("rest", {}, { data_post: () => ({ verdict: "defer", text: "Busy now" }) });
  const { replies, delivered } = await send([strict, rest]);
  assert.deepEqual(replies, ["451 4.7.1 Busy", "550 5.7.1 Not", "451 4.7.1 Busy"]);
  assert.deepEqual(delivered, []);
});

test("queue: who takes the message takes it for its own recipients, of whom alone it hears", async () => {
  const heard: (readonly string[])[] = [];
  const post = judged("post", forA, { data_post: () => no });
  const taker = judged("taker", forB, {
    queue: ({ forwardPaths }) => {
      heard.push(domainsOf(forwardPaths));
      return { verdict: "accept", text: "Mine now" };
    },
  });
  const other = nativePlugin("other", {
    queue: ({ forwardPaths, transaction }) => {
      heard.push([...domainsOf(forwardPaths), String(transaction.recipientCount)]);
      return pass;
    },
  });
  const { replies, delivered } = await send([post, taker, other]);
  assert.deepEqual(replies, ["550 5.7.1 Not", "250 2.0.0 Mine", "250 2.0.0 Queued"]);
  assert.deepEqual(heard, [["b.test"], ["c.test", "1"]]);
  assert.deepEqual(delivered.map(({ envelope }) => domainsOf(envelope.forwardPaths)), [["c.test"]]);
});

test("queue: a refusal is for its own recipients alone", async () => {
  const { replies, delivered } = await send([judged("strict", forA, { queue: () => no })]);
  assert.deepEqual(replies, ["550 5.7.1 Not", "250 2.0.0 Queued", "250 2.0.0 Queued"]);
  assert.deepEqual(delivered.map(({ envelope }) => domainsOf(envelope.forwardPaths)), [["b.test", "c.test"]]);
});

test("edits are made in the one message that all get, whoever asked for them; not those of who refuses", async () => {
  const add = (name: string) => ({ edit: "addHeader", name, value: "1" }) as const;
  const passing = judged("passing", forA, { data_post: () => ({ ...pass, edits: [add("X-Passing")] }) });
  const refusing = judged("refusing", forB, { data_post: () => ({ ...no, edits: [add("X-Refusing")] }) });
  const { delivered } = await send([passing, refusing]);
  assert.match(delivered[0]?.text ?? "", /^X-Passing: 1\r$/m);
  assert.doesNotMatch(delivered[0]?.text ?? "", /X-Refusing/);
});

test("notes of the recipients come with those that the event names", async () => {
  const seen: unknown[] = [];
  const look = (event: { readonly notes?: { readonly recipients?: unknown } }): Answer => {
    seen.push(event.notes?.recipients);
    return pass;
  };
  const strict = judged("strict", forA, { data_post: () => no });
  const noting = nativePlugin("noting", {
    rcpt: ({ forwardPath }) => ({ ...pass, notes: { recipient: { of: forwardPath.domain } } }),
    data_post: look,
    queue: look,
  });
  await send([strict, noting]);
  const left = [{ of: "b.test" }, { of: "c.test" }];
  assert.deepEqual(seen, [left, left]);
});

test("a recipient's mark spares it alone", async () => {
  const marking = nativePlugin("marking", {
    rcpt: ({ forwardPath }) =>
      forwardPath.domain === "c.test" ? { ...pass, marks: ["allowed"], marksFor: "recipient" } : pass,
  });
  const wary = judged("wary", { immune: ["allowed"] }, { data_post: () => no });
  const { replies } = await send([marking, wary]);
  assert.deepEqual(replies, ["550 5.7.1 Not", "550 5.7.1 Not", "250 2.0.0 Queued"]);
});

test("at data_headers_end the strictest word is that of all: no recipient has a reply of its own yet", async () => {
  const { replies, delivered } = await send([judged("strict", forA, { data_headers_end: () => no })]);
  assert.deepEqual(replies, ["550 5.7.1 Not", "550 5.7.1 Not", "550 5.7.1 Not"]);
  assert.deepEqual(delivered, []);
});
