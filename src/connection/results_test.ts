// Authentication-Results in whole dialogues: what is written on top of a message, and what is taken out of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { HeaderField } from "../../sdk/contract/event.ts";
import type { Answer, AuthenticationResult, Edit } from "../../sdk/contract/verdict.ts";
import { readResults } from "../../test/support/authentication_results.ts";
import { acceptAll, type Handlers, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Serving, serving } from "../../test/support/served.ts";
import { sendMessage } from "../../test/support/smtp_peer.ts";
import { testUpgrade } from "../../test/support/test_tls.ts";
import type { Registered } from "../hooks/chains.ts";
import { untrusted } from "../smtp/session.ts";

const path = { reversePath: "a@example.org", forwardPaths: ["b@example.net"] };
const results = { id: "mx.test", add: true };
const content = "Subject: x\r\nX-Odd :  1 \r\n\t2\r\n\r\nAuthentication-Results: mx.test; in the body";

function found(method: string, result = "pass"): Answer {
  return { verdict: "pass", results: [{ method, result }] };
}

/** Finds a result of its own at each of these hooks. */
function checking(answers: { readonly [H in HookName]?: Answer }): Registered {
  const handlers = Object.entries(answers).map(([hook, answer]) => [hook, () => answer]);
  return nativePlugin("checking", Object.fromEntries(handlers) as Handlers);
}

/** The field that begins a message, and what follows our own trace fields. */
function taken(text: string): { readonly field: string; readonly rest: string } {
  const field = /^Authentication-Results:[^\n]*\n(?:[ \t][^\n]*\n)*/.exec(text)?.[0] ?? "";
  const below = text.slice(field.length);
  assert.match(below, /^Received: from /);
  return { field, rest: below.replace(/^Received:[^\n]*\n(?:[ \t][^\n]*\n)*/, "") };
}

function methodsIn(text = ""): readonly string[] {
  return readResults(taken(text).field).results.map(({ method }) => method);
}

test("one field, on top of all, has what was found at every hook, and who authenticated", async () => {
  const properties = { "smtp.mailfrom": "a@example.org" };
  const plugins = [
    checking({
      connect: found("iprev"),
      ehlo: found("x-helo", "fail"),
      mail: { verdict: "pass", results: [{ method: "spf", result: "softfail", reason: "Who knows", properties }] },
      data_headers_end: found("arc"),
      data_post: found("dkim", "none"),
    }),
    nativePlugin("door", { auth: () => ({ verdict: "accept" }) }),
    acceptAll,
  ];
  const offer = { results, mechanisms: ["PLAIN"], authWithoutTls: true };
  await serving({ plugins, offer }, async ({ greet, delivered }) => {
    const peer = await greet();
    assert.match(await peer.ask(`AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`), /^235 /);
    assert.match(await sendMessage(peer, path, content), /^250 /);
    const { field, rest } = taken(delivered[0]?.text ?? "");
    assert.equal(
      field,
      "Authentication-Results: mx.test;\r\n\tauth=pass smtp.auth=jo;\r\n\tiprev=pass;\r\n\tx-helo=fail;\r\n" +
        '\tspf=softfail reason="Who knows" smtp.mailfrom=a@example.org;\r\n\tarc=pass;\r\n\tdkim=none\r\n',
    );
    assert.equal(rest, `${content}\r\n`);
    peer.destroy();
  });
});

test("nothing was found: none, and the next message of the session begins anew", async () => {
  let asked = 0;
  const once = nativePlugin("once", { mail: () => ++asked === 1 ? found("spf") : { verdict: "pass" } });
  await serving({ plugins: [once, acceptAll], offer: { results } }, async ({ greet, delivered }) => {
    const peer = await greet();
    assert.match(await sendMessage(peer, path, content), /^250 /);
    assert.match(await sendMessage(peer, path, content), /^250 /);
    assert.deepEqual(methodsIn(delivered[0]?.text), ["spf"]);
    assert.equal(taken(delivered[1]?.text ?? "").field, "Authentication-Results: mx.test; none\r\n");
    peer.destroy();
  });
});

test("a hello that was refused changes nothing, one that was taken replaces what the last one found", async () => {
  const helo = nativePlugin("helo", {
    ehlo: ({ name }): Answer =>
      name === "bad.test"
        ? { verdict: "reject", text: "No", results: [{ method: "x-helo", result: "fail" }] }
        : found("x-helo"),
    helo: () => ({ verdict: "pass" }),
  });
  await serving({ plugins: [helo, acceptAll], offer: { results } }, async ({ greet, delivered }) => {
    const peer = await greet();
    assert.match(await peer.ask("EHLO bad.test"), /^550 /);
    assert.match(await sendMessage(peer, path, content), /^250 /);
    assert.match(await peer.ask("HELO good.test"), /^250 /);
    assert.match(await sendMessage(peer, path, content), /^250 /);
    assert.deepEqual(delivered.map(({ text }) => methodsIn(text)), [["x-helo"], []]);
    assert.match(delivered[0]?.text ?? "", /x-helo=pass/);
    peer.destroy();
  });
});

test("STARTTLS: what hello and AUTH have shown is forgotten, what the address has is not. RFC 3207 §4.2", async () => {
  const plugins = [
    checking({ connect: found("iprev"), ehlo: found("x-helo") }),
    nativePlugin("door", { auth: () => ({ verdict: "accept" }) }),
    acceptAll,
  ];
  const offer = { results, mechanisms: ["PLAIN"], authWithoutTls: true, tls: "offered" } as const;
  await serving({ plugins, offer, upgrade: testUpgrade() }, async ({ greet, delivered }) => {
    const plain = await greet();
    assert.match(await plain.ask(`AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`), /^235 /);
    assert.match(await plain.ask("STARTTLS"), /^220 /);
    const peer = await plain.encrypt();
    assert.match(await peer.ask("HELO client.test"), /^250 /);
    assert.match(await sendMessage(peer, path, content), /^250 /);
    assert.deepEqual(methodsIn(delivered[0]?.text), ["iprev"]);
    peer.destroy();
  });
});

test("XCLIENT: another client has other results", async () => {
  const iprev = nativePlugin("iprev", {
    connect: ({ session }) => session.client.address === "192.0.2.7" ? { verdict: "pass" } : found("iprev"),
  });
  const manners: Serving["manners"] = { trustOf: () => ({ ...untrusted, xclient: true }) };
  await serving({ plugins: [iprev, acceptAll], offer: { results }, manners }, async ({ greet, delivered }) => {
    const peer = await greet();
    assert.match(await peer.ask("XCLIENT ADDR=192.0.2.7 LOGIN=jo"), /^220 /);
    await peer.ask("EHLO inner.test");
    assert.match(await sendMessage(peer, path, content), /^250 /);
    assert.deepEqual(methodsIn(delivered[0]?.text), ["auth"]);
    peer.destroy();
  });
});

const forged = [
  "Authentication-Results: mx.test; spf=pass\r\n",
  "authentication-RESULTS : (x) \r\n\t MX.test 1;\r\n dkim=pass\r\n",
  'Authentication-Results:\r\n "mx.test"; dkim=pass\r\n',
];
const foreign = "Authentication-Results: mx.example; spf=fail\r\n";
const lying = `${forged[0]}${foreign}Subject: x\r\n${forged[1]}${forged[2]}`;

const removed: readonly (readonly [title: string, sent: string, left: string])[] = [
  ["however many", `${lying}\r\nbody\r\n`, `${foreign}Subject: x\r\n\r\nbody\r\n`],
  ["where there is no body", `${lying}\r\n`, `${foreign}Subject: x\r\n\r\n`],
  ["where there is no blank line either", lying, `${foreign}Subject: x\r\n`],
  ["where there is nothing else", `${forged[0]}\r\nbody\r\n`, "\r\nbody\r\n"],
  ["those of others stay as they are", `${foreign}X:y\r\n\r\nbody\r\n`, `${foreign}X:y\r\n\r\nbody\r\n`],
];

for (const add of [true, false]) {
  for (const [title, sent, left] of removed) {
    test(`forged fields are removed${add ? "" : ", even if none is added"}: ${title}`, async () => {
      const offer = { results: { id: "mx.test", add } };
      await serving({ plugins: [acceptAll], offer }, async ({ greet, delivered }) => {
        const peer = await greet();
        assert.match(await sendMessage(peer, path, sent.slice(0, -2)), /^250 /);
        const { field, rest } = taken(delivered[0]?.text ?? "");
        assert.deepEqual([field, rest], [add ? "Authentication-Results: mx.test; none\r\n" : "", left]);
        peer.destroy();
      });
    });
  }
}

test("plugins do not see forged fields, and count without them", async () => {
  const seen: (readonly HeaderField[])[] = [];
  const look = ({ headers }: { readonly headers: readonly HeaderField[] }): Answer => {
    seen.push(headers);
    return { verdict: "pass" };
  };
  const edits: readonly Edit[] = [
    { edit: "replaceHeader", name: "Authentication-Results", value: "mx.example; spf=none", nth: 1 },
    { edit: "insertHeader", name: "X-In", value: "grüße", at: 2 },
    { edit: "addHeader", name: "Authentication-Results", value: "mx.test; dmarc=pass" },
  ];
  const plugin = nativePlugin("look", {
    data_headers_end: look,
    data_post: (event) => ({ ...look(event), edits }),
  });
  await serving({ plugins: [plugin, acceptAll], offer: { results } }, async ({ greet, delivered }) => {
    const peer = await greet();
    assert.match(await sendMessage(peer, path, `${lying}\r\nbody`), /^250 /);
    const shown = [["Authentication-Results", "mx.example; spf=fail"], ["Subject", "x"]];
    assert.deepEqual(seen, [shown, shown]);
    // What a plugin writes under our name without the grant for results is forged as well.
    assert.equal(
      taken(delivered[0]?.text ?? "").rest,
      "Authentication-Results: mx.example; spf=none\r\nX-In: =?utf-8?B?Z3LDvMOfZQ==?=\r\nSubject: x\r\n\r\nbody\r\n",
    );
    peer.destroy();
  });
});

const said: AuthenticationResult = { method: "spf", result: "pass", properties: { "smtp.mailfrom": "ü@x.example" } };

for (const [parameter, value] of [["", "?@x.example"], [" SMTPUTF8", "ü@x.example"]] as const) {
  test(`values have UTF-8 only where it may stand:${parameter || " without SMTPUTF8"}`, async () => {
    const plugin = checking({ mail: { verdict: "pass", results: [said] } });
    await serving({ plugins: [plugin, acceptAll], offer: { results } }, async ({ greet, delivered }) => {
      const peer = await greet();
      assert.match(await peer.ask(`MAIL FROM:<a@example.org>${parameter}`), /^250 /);
      assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^250 /);
      assert.match(await peer.ask("DATA"), /^354 /);
      assert.match(await peer.ask("Subject: x\r\n\r\nbody\r\n."), /^250 /);
      const text = Buffer.from(delivered[0]?.text ?? "", "latin1").toString("utf8");
      assert.deepEqual(readResults(taken(text).field).results[0]?.properties, { "smtp.mailfrom": value });
      peer.destroy();
    });
  });
}
