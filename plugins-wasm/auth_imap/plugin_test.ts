// Whom auth_imap lets in: with a made-up server natively, and with Dovecot as wasm.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pass } from "#sdk";
import type { Answer, AuthEvent } from "#sdk";
import { ask, authEvent, configure, fakeHost } from "#sdk/testing";
import type { Configuration, FakeHost, FakePeer } from "#sdk/testing";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";
import { TcpCapability } from "../../src/capabilities/tcp.ts";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { type Dovecot, startDovecot } from "../../test/support/dovecot.ts";
import { lacking } from "../../test/support/programs.ts";
import { bareHost, runWasm } from "../../test/support/run_wasm.ts";
import { foreign, later, plain, wrong } from "../shared/claims.ts";
import plugin from "./plugin.ts";

const strange = `x" {3}\\ y`;

const { password: _, ...withoutPassword } = authEvent();
const rows: readonly (readonly [title: string, event: AuthEvent, expected: Answer])[] = [
  ["the right password lets in", plain("alice@example.org", "corréct horse"), {
    verdict: "accept",
    user: "alice@example.org",
  }],
  ["one that looks like IMAP, too", plain("bob", strange), { verdict: "accept", user: "bob" }],
  ["a wrong password may be another plugin's", plain("bob", "x"), pass()],
  ["and so may an unknown user", plain("nobody", "x"), pass()],
  ["an empty password is wrong", plain("bob", ""), wrong],
  ["so is one with a NUL", plain("bob", `${strange}\0`), wrong],
  ["a line end is no command", plain("bob\r\na9 NOOP", "x"), pass()],
  ["nobody acts for another", plain("bob", strange, { authorize: "alice@example.org" }), foreign],
  ["other mechanisms are for others", { ...withoutPassword, mechanism: "CRAM-MD5", digest: "x" }, pass()],
];

type Way = "AUTH=PLAIN" | "LOGIN" | "LOGINDISABLED";
const known = new Map([["alice@example.org", "corréct horse"], ["bob", strange]]);

interface Oddities {
  readonly greeting?: string;
  /** The answer to the login, in the place of the right one. */
  readonly login?: string;
}

/** Takes literals and continuations by their length, as a server must. */
function imapServer(way: Way, { greeting = "* OK hello\r\n", login }: Oddities = {}): FakePeer {
  let expected: ((text: string) => string) | undefined;
  return (written) => {
    if (written === "") return greeting;
    const text = Buffer.from(written, "latin1").toString("utf8");
    if (expected !== undefined) {
      const next = expected;
      expected = undefined;
      return next(text);
    }
    const [, tag = "", word = "", rest = ""] = /^(\S+) (\S+) ?(.*)\r\n$/s.exec(text) ?? [];
    const judged = (name: string, password: string): string =>
      `${tag} ${login ?? (known.get(name) === password ? "OK done" : "NO [AUTHENTICATIONFAILED] no")}\r\n`;
    if (word === "CAPABILITY") return `* CAPABILITY IMAP4rev1 ${way}\r\n${tag} OK done\r\n`;
    if (word === "STARTTLS") return `${tag} OK go\r\n`;
    if (word === "AUTHENTICATE" && rest === "PLAIN") {
      expected = (line): string => {
        const [, name = "", password = ""] = Buffer.from(line.trimEnd(), "base64").toString("utf8").split("\0");
        return judged(name, password);
      };
      return "+ \r\n";
    }
    const length = Number(/^\{(\d+)\}$/.exec(rest)?.[1]);
    if (word !== "LOGIN" || Number.isNaN(length)) return `${tag} BAD\r\n`;
    expected = (second): string => {
      const octets = Buffer.from(second);
      const name = octets.subarray(0, length).toString();
      const more = Number(/^ \{(\d+)\}\r\n$/.exec(octets.subarray(length).toString())?.[1]);
      if (Number.isNaN(more)) return `${tag} BAD literal\r\n`;
      expected = (third): string => {
        const password = Buffer.from(third);
        return password.length === more + 2 ? judged(name, password.subarray(0, more).toString()) : `${tag} BAD\r\n`;
      };
      return "+ more\r\n";
    };
    return "+ more\r\n";
  };
}

const usual = { host: "imap.example.org", port: 993, tls: "implicit", timeout: 4 };

function asked(event: AuthEvent, peer: FakePeer, more: Configuration["settings"] = {}): [Answer, FakeHost] {
  const { setup, problems } = configure(plugin, { settings: { ...usual, ...more } });
  assert.deepEqual(problems, []);
  const host = fakeHost({ tcp: { [setup.to]: peer } });
  return [ask(plugin, "auth", event, setup, host), host];
}

function stepsOf(host: FakeHost): readonly string[] {
  return host.asked.map(({ request }) => (request as { do: string }).do);
}

describe("native", () => {
  for (const way of ["AUTH=PLAIN", "LOGIN"] as const) {
    for (const [title, event, expected] of rows) {
      test(`${way}: ${title}`, () => assert.deepEqual(asked(event, imapServer(way))[0], expected));
    }
  }

  test("nothing is said or heard ahead of implicit TLS, and no password ahead of STARTTLS", () => {
    const [, host] = asked(plain("bob", "x"), imapServer("LOGIN"));
    assert.deepEqual(stepsOf(host).slice(0, 3), ["open", "secure", "read"]);
    const [, upgraded] = asked(plain("bob", "hunter2"), imapServer("LOGIN"), { tls: "starttls", port: 143 });
    const secured = stepsOf(upgraded).indexOf("secure");
    assert.ok(secured > 0);
    assert.doesNotMatch(JSON.stringify(upgraded.asked.slice(0, secured)), /hunter2|bob/);
    // RFC 9051 §6.2.1: what was announced in clear is asked again.
    assert.match(JSON.stringify(upgraded.asked.slice(secured)), /CAPABILITY/);
  });

  const troubles: readonly (readonly [title: string, peer: FakePeer, why: RegExp])[] = [
    ["a server that lets in everybody", imapServer("LOGIN", { greeting: "* PREAUTH hi\r\n" }), /does not greet/],
    ["a server that closes", imapServer("LOGIN", { greeting: "" }), /does not greet/],
    ["a server without logins", imapServer("LOGINDISABLED"), /offers neither/],
    ["a server in trouble", imapServer("LOGIN", { login: "NO [UNAVAILABLE] hunter2" }), /says NO UNAVAILABLE$/],
    ["a server that wants TLS", imapServer("LOGIN", { login: "NO [PRIVACYREQUIRED]" }), /says NO PRIVACYREQUIRED$/],
    ["a server that does not understand", imapServer("AUTH=PLAIN", { login: "BAD hunter2" }), /says BAD$/],
    ["another protocol", imapServer("LOGIN", { greeting: "220 hello\r\n" }), /does not greet/],
    ["endless words", (written) => written === "" ? "* OK\r\n" : "* x\r\n".repeat(200), /says too much/],
    ["a goodbye", (written) => written === "" ? "* OK\r\n" : "* BYE hunter2\r\n", /does not say|says BYE/],
  ];
  for (const [title, peer, why] of troubles) {
    test(`${title} is none of the client, and the log has no password`, () => {
      const [answer, host] = asked(plain("bob", "hunter2"), peer);
      assert.deepEqual(answer, later);
      assert.match(host.logged.map(({ text }) => text).join(), why);
      assert.doesNotMatch(JSON.stringify(host.logged), /hunter2/);
    });
  }

  const misconfigured: readonly (readonly [more: Configuration["settings"], path: string])[] = [
    [{ tls: "off" }, "settings.tls"],
    [{ host: "imap.example.org:993" }, "settings.host"],
    [{ host: "a b" }, "settings.host"],
  ];
  for (const [more, path] of misconfigured) {
    test(`${JSON.stringify(more)} keeps it from loading`, () => {
      const { problems } = configure(plugin, { settings: { ...usual, ...more } });
      assert.deepEqual(problems.map((problem) => problem.path), [path]);
    });
  }
});

describe("wasm", { skip: lacking("dovecot") }, () => {
  let server: Dovecot;
  let wasm: Uint8Array;

  before(async () => {
    server = await startDovecot();
    const built = await buildPlugin({ source: join(import.meta.dirname, "plugin.ts") });
    if (built.kind !== "built") return assert.fail(JSON.stringify(built));
    wasm = new Uint8Array(built.wasm);
  });
  after(async () => await server.stop());

  async function asks(event: AuthEvent, tls: string, authorities?: string): Promise<Answer> {
    const port = tls === "implicit" ? server.securePort : server.port;
    const lookup = (): Promise<readonly string[]> => Promise.resolve([]);
    const tcp = new TcpCapability({ lookup, ...(authorities === undefined ? {} : { authorities }) });
    const run = await runWasm(wasm, {
      settings: { host: "127.0.0.1", port, tls, timeout: 9 },
      host: bareHost(new Map([["tcp", tcp]])),
      grant: ["event", "verdict", `tcp:127.0.0.1:${port}`],
    });
    if (run.kind === "problems") return assert.fail(JSON.stringify(run.problems));
    const answer = await run.ask("auth", event);
    await run.close();
    return answer;
  }

  for (const [title, event, expected] of rows) {
    test(title, async () => assert.deepEqual(await asks(event, "implicit", apiCertificate.cert), expected));
  }

  test("by STARTTLS", async () => {
    const bob: Answer = { verdict: "accept", user: "bob" };
    assert.deepEqual(await asks(plain("bob", strange), "starttls", apiCertificate.cert), bob);
  });

  test("a certificate that nobody vouches for is told no password", async () => {
    for (const tls of ["implicit", "starttls"]) assert.deepEqual(await asks(plain("bob", strange), tls), later);
  });

  test("on this machine without TLS, if that is what you want", async () => {
    assert.deepEqual(await asks(plain("bob", strange), "off"), { verdict: "accept", user: "bob" });
    assert.deepEqual(await asks(plain("bob", "x"), "off"), pass());
  });
});
