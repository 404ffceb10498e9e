// TLS as clients see it: openssl asks, and what the server knows afterwards is compared.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Tls } from "../../sdk/contract/event.ts";
import { eventually } from "../../test/support/eventually.ts";
import { makePair, type Pair, renegotiate, sClient } from "../../test/support/openssl.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { serveTls, tellFacts, type TlsServed } from "../../test/support/tls_served.ts";
import { runtime } from "../platform/runtime.ts";
import { openAcceptor } from "./acceptor.ts";
import type { TlsChoice, TlsMaterial } from "./material.ts";
import { readMaterial } from "./read_material.ts";

const folder = temporaryFolder();
const authority = makePair(folder, "authority", { authority: true });
const stranger = makePair(folder, "stranger", { authority: true });
const mx = makePair(folder, "mx", { names: ["DNS:mx.test"] });
const wild = makePair(folder, "wild", { names: ["DNS:*.wild.test"], key: "rsa:2048" });
const client = makePair(folder, "client", {
  subject: "/O=Some, Org/CN=client.test",
  names: ["DNS:client.test", "email:jo@client.test"],
  by: authority,
});
const forged = makePair(folder, "forged", { names: ["DNS:client.test"], by: stranger });

function material(changes: Partial<TlsChoice> = {}): TlsMaterial {
  const standard = { certificates: [mx, wild], minimum: "TLSv1.2", clientCertificates: "ask" } as const;
  const read = readMaterial({ ...standard, clientAuthorities: authority.certificate, ...changes }, new Date());
  assert.ok(read.kind === "material", JSON.stringify(read));
  return read.material;
}

const opened: TlsServed[] = [];
after(() => {
  for (const served of opened) served.close();
});

async function serve(changes: Partial<TlsChoice> = {}, within = 5000): Promise<TlsServed> {
  const served = await serveTls(openAcceptor(material(changes)).upgrade, tellFacts, within);
  opened.push(served);
  return served;
}

/** What openssl was shown, and the facts as the server has them. */
async function ask(served: TlsServed, ...args: readonly string[]): Promise<{ shown: string; facts: Tls | undefined }> {
  const { stdout, shown = "nothing" } = await sClient(served.port, args);
  const told = /FACTS (.*)/.exec(stdout)?.[1];
  return { shown, facts: told === undefined ? undefined : JSON.parse(told) };
}

function showing(pair: Pair): readonly string[] {
  return ["-cert", pair.certificate, "-key", pair.key];
}

const choices: readonly [args: readonly string[], shown: string, serverName: string | undefined][] = [
  [["-noservername"], "CN = mx", undefined],
  [["-servername", "mx.test"], "CN = mx", "mx.test"],
  [["-servername", "a.wild.test"], "CN = wild", "a.wild.test"],
  [["-servername", "unknown.test"], "CN = mx", "unknown.test"],
  [["-servername", "a.wild.test", "-tls1_2"], "CN = wild", "a.wild.test"],
];

for (const [args, expected, serverName] of choices) {
  test(`with ${args.join(" ")} the client is shown ${expected}`, async () => {
    const { shown, facts } = await ask(await serve(), ...args);
    assert.equal(shown, expected);
    assert.equal(facts?.serverName, serverName);
    assert.equal(facts?.protocol, args.includes("-tls1_2") ? "TLSv1.2" : "TLSv1.3");
    assert.match(facts?.cipher ?? "", /^TLS_|^ECDHE-/);
    assert.equal(facts?.certificate, undefined);
  });
}

const weak = ["-cipher", "DEFAULT@SECLEVEL=0"];
const versions: readonly [minimum: TlsChoice["minimum"], args: readonly string[], protocol: string | undefined][] = [
  ["TLSv1.2", ["-tls1_1", ...weak], undefined],
  ["TLSv1.2", ["-tls1", ...weak], undefined],
  ["TLSv1.2", ["-tls1_2"], "TLSv1.2"],
  ["TLSv1.3", ["-tls1_2"], undefined],
  ["TLSv1.3", ["-tls1_3"], "TLSv1.3"],
];

for (const [minimum, args, protocol] of versions) {
  test(`with ${minimum} as the minimum, ${args[0]} is ${protocol === undefined ? "refused" : "spoken"}`, async () => {
    const served = await serve({ minimum });
    for (const name of ["mx.test", "a.wild.test"]) {
      const { facts } = await ask(served, ...args, "-servername", name);
      assert.equal(facts?.protocol, protocol);
    }
    if (protocol !== undefined) return;
    assert.deepEqual(served.results.map(({ kind }) => kind), ["failed", "failed"]);
  });
}

test("a certificate of our authority is verified, and its names are told", async () => {
  for (const args of [["-tls1_3"], ["-tls1_2"], ["-servername", "a.wild.test"]]) {
    const { facts } = await ask(await serve(), ...showing(client), ...args);
    const { certificate } = facts ?? {};
    assert.deepEqual(certificate, {
      verified: true,
      subject: "CN=client.test,O=Some\\, Org",
      issuer: "CN=authority",
      fingerprint: fingerprintOf(client.certificate),
      names: ["client.test"],
      emails: ["jo@client.test"],
    });
  }
});

const unverified: readonly [title: string, args: readonly string[], changes: Partial<TlsChoice>][] = [
  ["of another authority", showing(forged), {}],
  ["that vouches for itself", showing(mx), {}],
  ["of an authority we no longer name", showing(client), { clientAuthorities: stranger.certificate }],
];

for (const [title, args, changes] of unverified) {
  test(`a certificate ${title} is told, but is not verified`, async () => {
    const { facts } = await ask(await serve(changes), ...args);
    assert.equal(facts?.certificate?.verified, false);
    assert.match(facts?.certificate?.fingerprint ?? "", /^[0-9a-f]{64}$/);
  });
}

test("without authorities nothing is verified, and without asking nothing is shown", async () => {
  const { authorities: _, ...without } = material();
  const served = await serveTls(openAcceptor(without).upgrade, tellFacts);
  opened.push(served);
  assert.equal((await ask(served, ...showing(client))).facts?.certificate?.verified, false);
  assert.equal(
    (await ask(await serve({ clientCertificates: "off" }), ...showing(client))).facts?.certificate,
    undefined,
  );
});

const chained = makePair(folder, "chained", { by: authority, authority: true });
const remote = makePair(folder, "remote", { by: chained });
const server = makePair(folder, "server", { by: authority, usage: "serverAuth" });

/** `again` is after a resumption, where Deno believes every certificate if nobody looks. */
const resumptions: readonly [title: string, shown: readonly string[], first: boolean, again: boolean][] = [
  ["of our authority", showing(client), true, true],
  [
    "of an authority below ours",
    [...showing(remote), "-cert_chain", chained.certificate],
    true,
    runtime().name !== "Deno",
  ],
  ["that vouches for itself", showing(mx), false, false],
  ["of a stranger", showing(forged), false, false],
  ["of our authority for servers", showing(server), false, false],
];

for (const [title, shown, first, again] of resumptions) {
  test(`a resumed session with a certificate ${title} is no more believed than the first`, async () => {
    const session = join(folder, "session");
    const named = ["-servername", "a.wild.test"];
    const replaced = await serve({ clientAuthorities: stranger.certificate });
    const unasking = await serve({ clientCertificates: "off" });
    const served = await serve();
    const verified = async (at: TlsServed, ...args: readonly string[]): Promise<unknown> => {
      return (await ask(at, ...named, ...shown, ...args)).facts?.certificate?.verified;
    };
    for (const version of ["-tls1_2", "-tls1_3"]) {
      assert.equal(await verified(served, version, "-sess_out", session), first);
      assert.match(
        (await sClient(served.port, [version, ...named, ...shown, "-sess_in", session])).stdout,
        /^Reused, /m,
      );
      assert.equal(await verified(served, version, "-sess_in", session), again);
      assert.equal(await verified(unasking, version, "-sess_in", session), undefined);
      // Another server, or the same after its authorities were changed.
      assert.equal(await verified(replaced, version, "-sess_in", session), title === "of a stranger");
    }
  });
}

const protocols: readonly [offered: string | undefined, chosen: string | undefined][] = [
  [undefined, undefined],
  ["smtp", "smtp"],
  ["h2,esmtp", "esmtp"],
];

for (const [offered, chosen] of protocols) {
  test(`a client that offers ${offered ?? "no protocol"} by ALPN is served`, async () => {
    const { facts } = await ask(await serve(), ...offered === undefined ? [] : ["-alpn", offered]);
    assert.ok(facts !== undefined);
    assert.equal(facts.alpn, chosen);
  });
}

test("a client that offers only other protocols by ALPN is a browser sent here: refused (RFC 7301 §3.2)", async () => {
  const served = await serve();
  assert.equal((await ask(served, "-alpn", "http/1.1,h2")).facts, undefined);
  assert.deepEqual(served.results.map((result) => result.kind === "failed" && /ALPN|PROTOCOL/.test(result.reason)), [
    true,
  ]);
});

test("a client cannot renegotiate", async () => {
  const served = await serveTls(openAcceptor(material()).upgrade, (secured) => {
    if (secured.kind === "failed") return;
    secured.socket.on("data", () => {}).write("hello\n");
    const over = setTimeout(() => secured.socket.destroy(), 10_000);
    secured.socket.on("close", () => clearTimeout(over)).on("end", () => secured.socket.destroy());
  });
  opened.push(served);
  assert.match(await renegotiate(served.port), /RENEGOTIATING[^]*no renegotiation/i);
});

const silent: readonly [title: string, first: string, reason: RegExp][] = [
  ["says nothing", "", /did not finish the TLS handshake in time/],
  ["speaks plain text", "EHLO client.test\r\n", /WRONG_VERSION|in time|SSL/],
];

for (const [title, first, reason] of silent) {
  test(`a client that ${title} in the place of a handshake is closed, and the reason known`, async () => {
    const served = await serve({}, 300);
    const socket = connect(served.port, "127.0.0.1", () => socket.write(first));
    socket.on("error", () => {}).resume();
    await new Promise((resolve) => socket.once("close", resolve));
    const [result] = served.results;
    assert.ok(result?.kind === "failed");
    assert.match(result.reason, reason);
    assert.doesNotMatch(result.reason, /\n/);
  });
}

test("a client that leaves in the middle of a handshake does no harm", async () => {
  const served = await serve({}, 3000);
  for (const leave of ["end", "destroy", "resetAndDestroy"] as const) {
    const socket = connect(served.port, "127.0.0.1", () => socket.write(new Uint8Array([22, 3, 1, 2, 0])));
    socket.on("error", () => {}).resume();
    setTimeout(() => socket[leave](), 50);
    await new Promise((resolve) => socket.once("close", resolve));
  }
  await eventually(() => `${served.results.length} ended`, () => served.results.length === 3 || undefined);
  assert.deepEqual(served.results.map(({ kind }) => kind), ["failed", "failed", "failed"]);
  assert.ok((await ask(served)).facts !== undefined);
});

test("channel bindings: the hash of the certificate that was shown, and the exporter both sides have", async () => {
  const bindings: (string | undefined)[] = [];
  const served = await serveTls(openAcceptor(material()).upgrade, (secured) => {
    if (secured.kind === "failed") return;
    for (const name of ["tls-server-end-point", "tls-exporter", "tls-unique"]) {
      bindings.push(secured.binding(name) && Buffer.from(secured.binding(name) ?? []).toString("hex"));
    }
    tellFacts(secured);
  });
  opened.push(served);
  const exporting = ["-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"];
  const { stdout } = await sClient(served.port, ["-servername", "a.wild.test", ...exporting]);
  const exported = /Keying material: ([0-9A-F]+)/.exec(stdout)?.[1]?.toLowerCase();
  assert.match(exported ?? "", /^[0-9a-f]{64}$/);
  const known = runtime().name === "Deno" ? undefined : exported;
  assert.deepEqual(bindings, [fingerprintOf(wild.certificate), known, undefined]);
  bindings.length = 0;
  await sClient(served.port, ["-tls1_2"]);
  assert.deepEqual(bindings, [fingerprintOf(mx.certificate), undefined, undefined]);
});

function fingerprintOf(path: string): string {
  return new X509Certificate(readFileSync(path)).fingerprint256.replaceAll(":", "").toLowerCase();
}
