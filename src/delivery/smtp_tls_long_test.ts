// TLS towards the next server: asked for, proved, and never believed too early.

import assert from "node:assert/strict";
import test from "node:test";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { deliver, type Forwarding, withPeer } from "../../test/support/forwarding.ts";
import { drop, type Script, type ScriptedPeer, silence } from "../../test/support/scripted_peer.ts";
import type { Delivered } from "./delivery.ts";

const taken: Delivered = { kind: "taken", text: "queued as 42" };
const timeouts = { connect: 1000, command: 1000, data: 1000 };
const tls = { key: apiCertificate.key, cert: apiCertificate.cert };
const authorities = apiCertificate.cert;
const starttls = { EHLO: ["250-peer\r\n250 STARTTLS", "250-peer\r\n250 SIZE 1000"], STARTTLS: "220 go" };
const plainHeard = ["EHLO me.test", "MAIL FROM:<a@client.test>", "RCPT TO:<b@server.test>", "DATA", "(content)"];
const securedHeard = ["EHLO me.test", "STARTTLS", "EHLO me.test", "MAIL FROM:<a@client.test> SIZE=20"];

const rows: readonly (readonly [
  title: string,
  options: Forwarding,
  script: Script,
  outcome: "secured" | "plain" | RegExp,
])[] = [
  ["off: STARTTLS is not said", { tls: "off" }, starttls, "plain"],
  ["may: whoever it is", { tls: "may" }, starttls, "secured"],
  ["may is what is done when nothing is said", {}, starttls, "secured"],
  ["may: without STARTTLS it goes without", { tls: "may" }, { EHLO: "250 peer" }, "plain"],
  ["must: whoever it is", { tls: "must" }, starttls, "secured"],
  ["must: without STARTTLS it waits", { tls: "must" }, { EHLO: "250 peer" }, /does not offer STARTTLS/],
  ["must: a refused STARTTLS waits", { tls: "must" }, { ...starttls, STARTTLS: "454 no" }, /STARTTLS with 454/],
  ["must: a broken handshake waits", { tls: "must" }, { ...starttls, STARTTLS: ["220-go", drop] }, /./],
  ["must: a handshake without end waits", { tls: "must" }, { ...starttls, STARTTLS: "220 go\r\n" }, /./],
  ["verify: its address", { tls: "verify", secrets: { authorities } }, starttls, "secured"],
  ["verify: a name", { tls: "verify", tlsName: "api.test", secrets: { authorities } }, starttls, "secured"],
  ["verify: no trust", { tls: "verify" }, starttls, /self.signed/],
  ["verify: another name", { tls: "verify", tlsName: "x.test", secrets: { authorities } }, starttls, /altnames/],
  ["verify: no STARTTLS", { tls: "verify", secrets: { authorities } }, { EHLO: "250 peer" }, /offer STARTTLS/],
];

for (const [title, options, script, outcome] of rows) {
  test(`tls ${title}`, () =>
    withPeer(script, async (peer, delivery) => {
      const answer = await deliver(delivery);
      const heard = peer.heard.map((lines) => lines.filter((line) => line !== "QUIT"));
      if (outcome === "plain") assert.deepEqual([answer, heard, peer.handshakes], [taken, [plainHeard], []]);
      else if (outcome === "secured") {
        assert.deepEqual([answer, heard[0]?.slice(0, 4)], [taken, securedHeard]);
        assert.equal(peer.handshakes[0], `TLSv1.3 ${options.tlsName ?? "-"}`);
      } else {
        assert.ok(
          answer.kind === "refused" && answer.code === 451 && answer.status === "4.7.5",
          JSON.stringify(answer),
        );
        assert.match(answer.reason ?? "", outcome);
        assert.equal(peer.contents.length, 0, "nothing may leave in the open");
      }
    }, { timeouts, peer: { tls }, ...options }));
}

test("may: a handshake that fails is followed by one try without", () => {
  const script = { EHLO: "250-peer\r\n250 STARTTLS", STARTTLS: ["454 4.7.0 not now"] };
  return withPeer(script, async (peer, delivery) => {
    assert.deepEqual(await deliver(delivery), taken);
    assert.deepEqual(peer.heard.map((lines) => lines.filter((line) => line !== "QUIT")), [
      ["EHLO me.test", "STARTTLS"],
      plainHeard,
    ]);
  }, { timeouts, peer: { tls } });
});

const injections: readonly (readonly [title: string, reply: string])[] = [
  ["a whole reply", "220 go\r\n250-peer\r\n250 SIZE 1000"],
  ["a part of one", "220 go\r\n250"],
  ["a reply that goes on", "220 go\r\n250-peer"],
];

for (const [title, reply] of injections) {
  test(`octets between STARTTLS and the handshake end the connection: ${title}. RFC 3207 §6`, () =>
    withPeer({ ...starttls, STARTTLS: reply }, async (peer, delivery) => {
      const answer = await deliver(delivery);
      assert.ok(answer.kind === "refused" && answer.status === "4.7.5");
      assert.match(answer.reason ?? "", /unasked|between STARTTLS/);
      assert.deepEqual(peer.heard.flat(), ["EHLO me.test", "STARTTLS"]);
    }, { timeouts, tls: "must", peer: { tls } }));
}

test("implicit TLS comes before the greeting, and there is no falling back", async () => {
  const options = { timeouts, implicitTls: true, peer: { tls, implicit: true } };
  await withPeer({}, async (peer, delivery) => {
    assert.deepEqual(await deliver(delivery), taken);
    assert.deepEqual([peer.handshakes, peer.heard.length], [["TLSv1.3 -"], 1]);
  }, options);
  await withPeer({}, async (_, delivery) => {
    const answer = await deliver(delivery);
    assert.ok(answer.kind === "refused" && answer.status === "4.7.5");
  }, { timeouts, implicitTls: true });
  await withPeer({}, async (peer, delivery) => {
    assert.equal((await deliver(delivery)).kind, "refused");
    assert.deepEqual(peer.heard, []);
  }, { ...options, tls: "verify" });
});

test("3 MB, and then more messages, go through one secured connection", () =>
  withPeer({ ...starttls, EHLO: ["250-peer\r\n250 STARTTLS", "250 peer"] }, async (peer, delivery) => {
    const content = `A: b\r\n\r\n${"0123456789.\r\n".repeat(240_000)}`;
    assert.deepEqual(await deliver(delivery, { content }), taken);
    assert.deepEqual(await deliver(delivery), taken);
    assert.deepEqual([peer.heard.length, peer.contents.map(({ length }) => length)], [1, [content.length, 20]]);
  }, { tls: "verify", secrets: { authorities }, peer: { tls } }));

test("a server that falls silent inside TLS is given up in time", () =>
  withPeer({ ...starttls, MAIL: silence, RCPT: silence }, async (_, delivery) => {
    const answer = await deliver(delivery);
    assert.ok(answer.kind === "refused" && answer.status === "4.4.2");
  }, { timeouts, peer: { tls } }));

const tlsRequiredNo = { content: "TLS-Required: No\r\n\r\nx\r\n" };

function heardContents(peer: ScriptedPeer): number {
  return peer.contents.length;
}

test("TLS-Required: No lets its own message go without, and no other. RFC 8689 §4.2.2", () =>
  withPeer({ EHLO: "250 peer" }, async (peer, delivery) => {
    assert.equal((await deliver(delivery)).kind, "refused");
    assert.deepEqual(await deliver(delivery, tlsRequiredNo), taken);
    assert.equal((await deliver(delivery)).kind, "refused");
    assert.equal(heardContents(peer), 1);
  }, { tls: "verify", timeouts }));

for (
  const [title, parts, options] of [
    ["REQUIRETLS wins over it, §4.1", { ...tlsRequiredNo, parameters: { REQUIRETLS: true } }, {}],
    ["given twice it says nothing, §3", { content: `TLS-Required: No\r\n${tlsRequiredNo.content}` }, {}],
    ["it shows no password to anybody", tlsRequiredNo, { user: "u", secrets: { password: "p" } }],
  ] as const
) {
  test(`TLS-Required: No: ${title}`, () =>
    withPeer({ EHLO: "250-peer\r\n250 AUTH PLAIN", AUTH: "235 ok" }, async (peer, delivery) => {
      assert.equal((await deliver(delivery, parts)).kind, "refused");
      assert.deepEqual([heardContents(peer), peer.heard.flat().filter((line) => line.startsWith("AUTH"))], [0, []]);
    }, { tls: "must", timeouts, ...options }));
}

const requireTls = { parameters: { REQUIRETLS: true } } as const;
const offersIt = { ...starttls, EHLO: ["250-peer\r\n250 STARTTLS", "250-peer\r\n250 REQUIRETLS"] };
const proved: Forwarding = { secrets: { authorities } };

const requirements: readonly (readonly [title: string, options: Forwarding, script: Script, result: string])[] = [
  ["goes on where all is well", proved, offersIt, "MAIL FROM:<a@client.test> REQUIRETLS"],
  ["5.7.30 where it is not offered", proved, starttls, "550 5.7.30"],
  ["5.7.10 where nothing proves the name", {}, offersIt, "550 5.7.10"],
  ["5.7.10 without STARTTLS", proved, { EHLO: "250-peer\r\n250 REQUIRETLS" }, "550 5.7.10"],
  ["5.7.10 where TLS is off", { ...proved, tls: "off" }, offersIt, "550 5.7.10"],
  ["5.7.10 where verifying fails", { tls: "verify" }, offersIt, "550 5.7.10"],
];

for (const [title, options, script, result] of requirements) {
  test(`REQUIRETLS ${title}. RFC 8689 §4.2.1`, () =>
    withPeer(script, async (peer, delivery) => {
      const answer = await deliver(delivery, requireTls);
      const mail = peer.heard.flat().filter((line) => line.startsWith("MAIL"));
      if (answer.kind === "refused") assert.deepEqual([`${answer.code} ${answer.status}`, mail], [result, []]);
      else assert.deepEqual([answer, mail], [taken, [result]]);
    }, { timeouts, peer: { tls }, ...options }));
}

test("REQUIRETLS is not judged by a connection that is there already", () => {
  const script = { EHLO: ["250 peer", ...offersIt.EHLO], STARTTLS: "220 go" };
  return withPeer(script, async (peer, delivery) => {
    assert.deepEqual([await deliver(delivery), await deliver(delivery, requireTls)], [taken, taken]);
    assert.equal(peer.heard.length, 2);
  }, { timeouts, ...proved, peer: { tls } });
});

test("a bounce that requires TLS rather goes without. RFC 8689 §5", () =>
  withPeer({ EHLO: "250 peer" }, async (_, delivery) => {
    assert.deepEqual(await deliver(delivery, { ...requireTls, reversePath: null }), taken);
  }));
