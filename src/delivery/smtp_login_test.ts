// Logging in at the next server.

import assert from "node:assert/strict";
import test from "node:test";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { deliver, type Forwarding, withPeer } from "../../test/support/forwarding.ts";
import { drop, type Script } from "../../test/support/scripted_peer.ts";

const timeouts = { connect: 1000, command: 1000, data: 1000 };
const login: Forwarding = { user: "ü", secrets: { password: "s ecret" }, timeouts };
const open: Forwarding = { ...login, authWithoutTls: true };
const plain = { EHLO: "250-peer\r\n250 AUTH LOGIN PLAIN", AUTH: "235 2.7.0 welcome" };
const loginOnly = {
  EHLO: "250-peer\r\n250 AUTH LOGIN",
  AUTH: "334 VXNlcm5hbWU6",
  "w7w=": "334 x",
  "cyBlY3JldA==": "235 ok",
};
const plainLine = `AUTH PLAIN ${btoa("\0\xc3\xbc\0s ecret")}`;

const rows: readonly (readonly [
  title: string,
  options: Forwarding,
  script: Script,
  heard: readonly string[],
  trouble?: RegExp,
])[] = [
  ["PLAIN in one line. RFC 4616 §2", open, plain, [plainLine]],
  ["LOGIN where there is no PLAIN", open, loginOnly, ["AUTH LOGIN", "w7w=", "cyBlY3JldA=="]],
  ["neither", open, { EHLO: "250-peer\r\n250 AUTH CRAM-MD5" }, [], /neither AUTH PLAIN nor AUTH LOGIN/],
  ["no AUTH at all", open, { EHLO: "250 peer" }, [], /neither AUTH PLAIN nor AUTH LOGIN/],
  ["refused", open, { ...plain, AUTH: "535 5.7.8 not AHPDvABzIGVjcmV0" }, [plainLine], /AUTH PLAIN with 535 5\.7\.8:/],
  ["refused in the middle", open, { ...loginOnly, "w7w=": "535 no" }, ["AUTH LOGIN", "w7w="], /AUTH LOGIN with 535:/],
  ["accepted too early", open, { ...loginOnly, AUTH: "235 in" }, ["AUTH LOGIN"], /AUTH LOGIN with 235/],
  ["dropped", open, { ...plain, AUTH: drop }, [plainLine], /closed|reset/i],
  ["never without TLS, unless the operator says so", login, plain, [], /no password is sent/],
];

for (const [title, options, script, heard, trouble] of rows) {
  test(`login: ${title}`, () =>
    withPeer(script, async (peer, delivery) => {
      const answer = await deliver(delivery);
      const lines = peer.heard.flat();
      const from = lines.indexOf("EHLO me.test") + 1;
      assert.deepEqual(lines.slice(from, from + heard.length), heard);
      if (trouble === undefined) return assert.equal(answer.kind, "taken");
      assert.ok(answer.kind === "refused" && answer.code === 451 && answer.status === "4.4.1");
      assert.match(answer.reason ?? "", trouble);
      assert.doesNotMatch(JSON.stringify(answer), /ecret|AHPD|c2Vj|BlY3/, "a secret must not reach log or client");
      assert.deepEqual(lines.filter((line) => line.startsWith("MAIL")), []);
    }, options));
}

test("login: inside TLS, once for all messages of a connection", () => {
  const script = { ...plain, EHLO: ["250-peer\r\n250 STARTTLS", "250-peer\r\n250 AUTH PLAIN"], STARTTLS: "220 go" };
  return withPeer(script, async (peer, delivery) => {
    assert.equal((await deliver(delivery)).kind, "taken");
    assert.equal((await deliver(delivery)).kind, "taken");
    assert.deepEqual(peer.heard[0]?.slice(0, 4), ["EHLO me.test", "STARTTLS", "EHLO me.test", plainLine]);
    assert.equal(peer.heard.flat().filter((line) => line.startsWith("AUTH")).length, 1);
  }, { ...login, tls: "must", peer: { tls: apiCertificate } });
});
