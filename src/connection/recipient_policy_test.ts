// Marks and notes of one recipient and of one transaction, in whole dialogues: nothing of them reaches another.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event, Notes, RcptEvent } from "../../sdk/contract/event.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { acceptAll, type Handlers, nativePlugin } from "../../test/support/native_plugin.ts";
import { serving } from "../../test/support/served.ts";
import { sendMessage, type SmtpPeer } from "../../test/support/smtp_peer.ts";
import type { Registered } from "../hooks/chains.ts";
import { plainPolicy, type Policy } from "../policy/policy.ts";

const pass: Answer = { verdict: "pass" };
const no: Answer = { verdict: "reject", text: "Not here" };

function judged(name: string, policy: Partial<Policy>, handlers: Handlers): Registered {
  return { ...nativePlugin(name, handlers), policy: { ...plainPolicy, ...policy } };
}

/** Marks what goes to `local-part@...`. */
function marking(localPart: string, mark: "relay" | "allowed"): Registered {
  const rcpt = ({ forwardPath }: RcptEvent): Answer => {
    return forwardPath.localPart === localPart ? { ...pass, marks: [mark], marksFor: "recipient" } : pass;
  };
  return { ...nativePlugin("marking", { rcpt }), givesMarks: true };
}

/** Lets mail out for who may relay, and in for example.net. */
const rcptOk = nativePlugin("rcpt_ok", {
  rcpt: ({ session, forwardPath }) => {
    const isOurs = forwardPath.domain === "example.net";
    return session.marks?.includes("relay") === true || isOurs ? { verdict: "accept" } : no;
  },
});

async function begin(peer: SmtpPeer): Promise<void> {
  assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
}

test("a relay mark for one recipient is no other's: not the next one's, nor that of a later transaction", async () => {
  await serving({ plugins: [marking("friend", "relay"), rcptOk] }, async ({ greet }) => {
    const peer = await greet();
    for (let round = 0; round < 2; round++) {
      await begin(peer);
      assert.match(await peer.ask("RCPT TO:<stranger@far.test>"), /^550 /);
      assert.match(await peer.ask("RCPT TO:<friend@far.test>"), /^250 /);
      assert.match(await peer.ask("RCPT TO:<stranger@far.test>"), /^550 /);
      assert.match(await peer.ask("RCPT TO:<friend@far.test>"), /^250 /);
      assert.match(await peer.ask("RSET"), /^250 /);
    }
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<stranger@far.test>"), /^550 /);
    peer.destroy();
  });
});

test("a mark that a refused recipient had is not that of the next in its place", async () => {
  const refusing = nativePlugin("refusing", {
    rcpt: ({ forwardPath }) => forwardPath.localPart === "friend" ? no : pass,
  });
  await serving({ plugins: [marking("friend", "relay"), refusing, rcptOk] }, async ({ greet }) => {
    const peer = await greet();
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<friend@far.test>"), /^550 /);
    assert.match(await peer.ask("RCPT TO:<stranger@far.test>"), /^550 /);
    peer.destroy();
  });
});

test("a relay mark for a transaction goes with it, and with a MAIL that is refused", async () => {
  const vouching = nativePlugin("vouching", {
    mail: ({ reversePath }) => {
      const isBoss = reversePath?.localPart === "boss" || reversePath?.localPart === "fired";
      return isBoss ? { ...pass, marks: ["relay"], marksFor: "transaction" } : pass;
    },
  });
  const firing = nativePlugin("firing", {
    mail: ({ reversePath }) => reversePath?.localPart === "fired" ? no : pass,
  });
  await serving({ plugins: [vouching, firing, rcptOk] }, async ({ greet }) => {
    const peer = await greet();
    assert.match(await peer.ask("MAIL FROM:<fired@example.org>"), /^550 /);
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<stranger@far.test>"), /^550 /);
    for (const end of ["RSET", "EHLO client.test"]) {
      assert.match(await peer.ask(end), /^250/);
      assert.match(await peer.ask("MAIL FROM:<boss@example.org>"), /^250 /);
      assert.match(await peer.ask("RCPT TO:<stranger@far.test>"), /^250 /);
      assert.match(await peer.ask(end), /^250/);
      await begin(peer);
      assert.match(await peer.ask("RCPT TO:<stranger@far.test>"), /^550 /);
    }
    peer.destroy();
  });
});

test("marks that no hook of the next transaction clears are gone all the same", async () => {
  // Nobody is asked at MAIL, nor told of the end.
  const marked = nativePlugin("marked", {
    data: ({ forwardPaths }) =>
      forwardPaths.length === 1 ? { ...pass, marks: ["relay"], marksFor: "transaction" } : pass,
  });
  await serving({ plugins: [marked, rcptOk] }, async ({ greet }) => {
    const peer = await greet();
    const envelope = { reversePath: "a@example.org", forwardPaths: ["b@example.net"] };
    assert.match(await sendMessage(peer, envelope, "Subject: x\r\n\r\nx"), /^250 /);
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<stranger@far.test>"), /^550 /);
    peer.destroy();
  });
});

const listed = judged("dnsbl", { mode: "late", immune: ["allowed"] }, {
  connect: () => ({ verdict: "reject", text: "You are on a list" }),
});

test("a late refusal is not told for a recipient that wants all its mail; for others it is", async () => {
  await serving({ plugins: [listed, marking("team", "allowed"), acceptAll] }, async ({ greet, delivered }) => {
    const peer = await greet();
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^550 5\.7\.1 You are on a list$/);
    assert.match(await peer.ask("RCPT TO:<team@example.net>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<postmaster@example.net>"), /^250 /);
    assert.match(await peer.ask("DATA"), /^354 /);
    assert.match(await peer.ask("Subject: x\r\n\r\nx\r\n."), /^250 /);
    const [message] = delivered;
    assert.deepEqual(message?.envelope.forwardPaths.map(({ localPart }) => localPart), ["team", "postmaster"]);
    peer.destroy();
  });
});

test("at the end of the data a recipient's mark counts only if all recipients have it", async () => {
  const wary = judged("wary", { immune: ["allowed"] }, { data_post: () => no });
  await serving({ plugins: [marking("team", "allowed"), wary, acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    const envelope = { reversePath: "a@example.org", forwardPaths: ["team@example.net", "team@example.com"] };
    assert.match(await sendMessage(peer, envelope, "Subject: x\r\n\r\nx"), /^250 /);
    const mixed = { ...envelope, forwardPaths: ["team@example.net", "b@example.net"] };
    assert.match(await sendMessage(peer, mixed, "Subject: x\r\n\r\nx"), /^550 5\.7\.1 Not here$/);
    peer.destroy();
  });
});

test("SMTP: a plugin for one of two recipients refuses the message for both, and it is delivered to none", async () => {
  const strict = judged("strict", { for: [{ domain: "strict.test" }] }, { data_post: () => no });
  await serving({ plugins: [strict, acceptAll] }, async ({ greet, delivered }) => {
    const peer = await greet();
    const envelope = { reversePath: "a@example.org", forwardPaths: ["a@strict.test", "b@lenient.test"] };
    assert.match(await sendMessage(peer, envelope, "Subject: x\r\n\r\nx"), /^550 5\.7\.1 Not here$/);
    assert.match(await sendMessage(peer, { ...envelope, forwardPaths: ["b@lenient.test"] }, "A: b\r\n\r\nx"), /^250 /);
    assert.deepEqual(delivered.map(({ envelope: { forwardPaths } }) => forwardPaths.length), [1]);
    peer.destroy();
  });
});

test("defer_disconnect: for now, by 421, and the connection is closed (RFC 5321 §3.8)", async () => {
  const busy = judged("busy", { as: "defer_disconnect" }, {
    rcpt: () => ({ verdict: "reject", text: "Not at this hour", code: 554, status: "5.7.1" }),
  });
  await serving({ plugins: [busy] }, async ({ greet }) => {
    const peer = await greet();
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^421 4\.\d\.\d Not at this hour/);
    await peer.closed();
  });
});

/** Notes the recipient at RCPT, and keeps what it is shown later. */
function noting(seen: [HookName, Notes | undefined][]): Registered {
  const look = (hook: HookName) => (event: Event): Answer => {
    seen.push([hook, event.notes]);
    return pass;
  };
  return nativePlugin("noting", {
    rcpt: ({ forwardPath, notes }) => {
      seen.push(["rcpt", notes]);
      return { ...pass, notes: { recipient: { of: forwardPath.localPart } } };
    },
    data: look("data"),
    data_headers_end: look("data_headers_end"),
    data_post: look("data_post"),
    queue: look("queue"),
  });
}

test("notes of a recipient are shown with the message, in the order of its recipients, and gone with the refused", async () => {
  const seen: [HookName, Notes | undefined][] = [];
  const refusing = nativePlugin("refusing", { rcpt: ({ forwardPath }) => forwardPath.localPart === "b" ? no : pass });
  await serving({ plugins: [noting(seen), refusing, acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    const forwardPaths = ["a@example.net", "b@example.net", "c@example.net"];
    assert.match(await sendMessage(peer, { reversePath: "s@example.org", forwardPaths }, "A: b\r\n\r\nx"), /^250 /);
    const accepted: Notes = { recipients: [{ of: "a" }, { of: "c" }] };
    assert.deepEqual(seen.splice(0), [
      ...["rcpt", "rcpt", "rcpt"].map((hook) => [hook, undefined]),
      ...["data", "data_headers_end", "data_post", "queue"].map((hook) => [hook, accepted]),
    ]);
    await sendMessage(peer, { reversePath: "s@example.org", forwardPaths: ["d@example.net"] }, "A: b\r\n\r\nx");
    assert.deepEqual(seen.map(([, notes]) => notes?.recipients?.length), [undefined, 1, 1, 1, 1]);
    peer.destroy();
  });
});

test("others' notes are shown to those that were granted them, under the names of their plugins", async () => {
  const seen: unknown[] = [];
  const reader: Registered = {
    ...nativePlugin("reader", {
      rcpt: ({ othersNotes }) => {
        seen.push(othersNotes);
        return pass;
      },
    }),
    readsNotesOf: ["noting"],
  };
  const blind = nativePlugin("blind", {
    rcpt: (event) => {
      seen.push("othersNotes" in event);
      return pass;
    },
  });
  const plugins = [noting([]), marking("a", "allowed"), reader, blind, acceptAll];
  await serving({ plugins }, async ({ greet }) => {
    const peer = await greet();
    await begin(peer);
    await peer.ask("RCPT TO:<a@example.net>");
    assert.deepEqual(seen, [{ noting: { recipient: { of: "a" } } }, false]);
    peer.destroy();
  });
});

test("order: lower is asked earlier on every hook, and the same in the order of the file", async () => {
  const asked: string[] = [];
  const named = (name: string, order?: number): Registered => ({
    ...nativePlugin(name, {
      mail: () => {
        asked.push(name);
        return pass;
      },
    }),
    ...(order === undefined ? {} : { order }),
  });
  await serving({ plugins: [named("a"), named("b", 5), named("c", -1), named("d", 0)] }, async ({ greet }) => {
    await begin(await greet());
    assert.deepEqual(asked, ["c", "a", "d", "b"]);
  });
});
