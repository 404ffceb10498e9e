import assert from "node:assert/strict";
import { createHmac, pbkdf2Sync } from "node:crypto";
import { test } from "node:test";
import type { AuthEvent } from "../../sdk/contract/event.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { certified } from "../../test/support/certified.ts";
import { eventually } from "../../test/support/eventually.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { scramClient } from "../../test/support/scram_client.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import { connectTlsPeer, sendMessage, type SmtpPeer } from "../../test/support/smtp_peer.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { type MechanismName, mechanismNames } from "../sasl/mechanism.ts";
import { serverEndPoint } from "../tls/server_end_point.ts";

const certificates = certified(temporaryFolder());
const upgrade = certificates.upgrade();
const secret = "open sesame";
const path = { reversePath: "jo@example.org", forwardPaths: ["b@example.net"] };

/** One client within TLS, with a certificate, after EHLO. */
async function within(
  auth: (event: AuthEvent) => Answer,
  talk: (peer: SmtpPeer, served: Served) => Promise<void>,
  more: Serving = {},
): Promise<void> {
  const offer = { tls: "implicit", mechanisms: mechanismNames, maxAttempts: 20, ...more.offer } as const;
  const plugins = [...more.plugins ?? [], nativePlugin("door", { auth }), acceptAll];
  await serving({ upgrade, manners: { implicitTls: true }, ...more, offer, plugins }, async (served) => {
    const peer = await connectTlsPeer(served.port, certificates.client);
    await peer.reply();
    await peer.ask("EHLO client.test");
    await talk(peer, served);
    peer.destroy();
  });
}

/** `AUTH`, then what each challenge is answered; the last reply. */
async function exchange(
  peer: SmtpPeer,
  mechanism: MechanismName,
  respond: (challenge: string) => string | Promise<string>,
  initial?: string,
): Promise<string> {
  let reply = await peer.ask(`AUTH ${mechanism}${initial === undefined ? "" : ` ${encoded(initial) || "="}`}`);
  while (reply.startsWith("334")) reply = await peer.ask(encoded(await respond(atob(reply.slice(4)))));
  return reply;
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}

function hmacMd5(key: string, text: string): string {
  return createHmac("md5", key).update(text).digest("hex");
}

/** How a client authenticates by each mechanism, with this secret. */
const ways: { readonly [M in MechanismName]: (peer: SmtpPeer, secret: string) => Promise<string> } = {
  "PLAIN": (peer, secret) => exchange(peer, "PLAIN", () => "", `\0jo\0${secret}`),
  "LOGIN": (peer, secret) => exchange(peer, "LOGIN", (asked) => asked.startsWith("User") ? "jo" : secret),
  "CRAM-MD5": (peer, secret) => exchange(peer, "CRAM-MD5", (challenge) => `jo ${hmacMd5(secret, challenge)}`),
  "SCRAM-SHA-256": async (peer, secret) => {
    const client = scramClient({ user: "jo", password: secret });
    return await exchange(peer, "SCRAM-SHA-256", client.respond, client.initial);
  },
  "SCRAM-SHA-256-PLUS": async (peer, secret) => {
    const shown = (peer as Awaited<ReturnType<typeof connectTlsPeer>>).socket.getPeerCertificate().raw;
    const channel = serverEndPoint(shown) ?? assert.fail("no such binding");
    const header = "p=tls-server-end-point,,";
    const client = scramClient({ user: "jo", password: secret, header, channel });
    return await exchange(peer, "SCRAM-SHA-256-PLUS", client.respond, client.initial);
  },
  "XOAUTH2": (peer, secret) => exchange(peer, "XOAUTH2", () => "", `user=jo\x01auth=Bearer ${secret}\x01\x01`),
  "OAUTHBEARER": (peer, secret) =>
    exchange(peer, "OAUTHBEARER", () => "\x01", `n,a=jo,\x01auth=Bearer ${secret}\x01\x01`),
  "EXTERNAL": (peer, wanted) => exchange(peer, "EXTERNAL", () => "", wanted === secretOf("EXTERNAL") ? "jo" : "root"),
};

/** Tokens are of fewer characters than passwords; EXTERNAL has none. */
function secretOf(mechanism: MechanismName): string {
  return mechanism.endsWith("OAUTH2") || mechanism === "OAUTHBEARER" ? "open.sesame" : secret;
}

/** A plugin that knows jo alone. */
function knows(
  { mechanism, claimed, authorize, password, challenge, digest, token, certificate, step }: AuthEvent,
): Answer {
  const yes = { verdict: "accept", user: "jo" } as const;
  const wanted = secretOf(mechanism as MechanismName);
  if (certificate !== undefined) return authorize === "jo" ? yes : { verdict: "pass" };
  if (claimed !== "jo") return { verdict: "pass" };
  if (step === "keys") return { ...yes, keys: { password: secret } };
  const right = password === wanted || token === wanted ||
    (digest !== undefined && digest === hmacMd5(wanted, challenge ?? ""));
  return right ? yes : { verdict: "reject", text: "wrong" };
}

for (const mechanism of mechanismNames) {
  test(`AUTH ${mechanism}: who proves to be somebody is that one in events and trace (RFC 4954 §4)`, async () => {
    const users: (string | undefined)[] = [];
    const ear = nativePlugin("ear", {
      mail: ({ session }) => {
        users.push(session.user);
        return { verdict: "pass" };
      },
    });
    await within(knows, async (peer, { delivered }) => {
      assert.equal(await ways[mechanism](peer, secretOf(mechanism)), "235 2.7.0 Authentication succeeded");
      assert.match(await sendMessage(peer, path, "Subject: x\r\n\r\ntext"), /^250 /);
      assert.deepEqual(users, ["jo"]);
      assert.match(delivered[0]?.text ?? "", /with ESMTPSA\b/);
      assert.match(await peer.ask("AUTH PLAIN"), /^503 5\.5\.1 You are authenticated already/);
    }, { plugins: [ear] });
  });

  test(`AUTH ${mechanism}: a wrong secret is 535, and nobody is let in`, async () => {
    await within(knows, async (peer) => {
      assert.equal(await ways[mechanism](peer, "wrong.secret"), "535 5.7.8 Authentication credentials invalid");
      assert.equal(await ways[mechanism](peer, secretOf(mechanism)), "235 2.7.0 Authentication succeeded");
    });
  });

  const verdicts: readonly (readonly [Answer, RegExp])[] = [
    [{ verdict: "pass" }, /^535 5\.7\.8 /],
    [{ verdict: "reject", text: "no" }, /^535 5\.7\.8 /],
    [{ verdict: "defer", text: "later" }, /^454 4\.7\.0 /],
  ];
  for (const [verdict, reply] of verdicts) {
    test(`AUTH ${mechanism}: ${verdict.verdict} of the plugin is ${reply.source}`, async () => {
      await within(() => verdict, async (peer) => {
        assert.match(await ways[mechanism](peer, secretOf(mechanism)), reply);
        assert.match(await peer.ask("NOOP"), /^250 /);
      });
    });
  }
}

test("AUTH SCRAM-SHA-256: the server proves that it knows the keys too, which a plugin may keep salted", async () => {
  const salt = Buffer.from("a salt of theirs");
  const salted = pbkdf2Sync(secret, salt, 4096, 32, "sha256");
  const mac = (key: Uint8Array, text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(mac(salted, "Client Key"))));
  const keys = {
    salt: salt.toString("base64"),
    iterations: 4096,
    storedKey: Buffer.from(hash).toString("base64"),
    serverKey: mac(salted, "Server Key").toString("base64"),
  };
  await within(() => ({ verdict: "accept", keys }), async (peer) => {
    const client = scramClient({ user: "jo", password: secret });
    assert.match(await exchange(peer, "SCRAM-SHA-256", client.respond, client.initial), /^235 /);
    assert.ok(client.convinced());
  });
});

test("AUTH: the next plugin is asked when one passes", async () => {
  const asked: string[] = [];
  const first = nativePlugin("first", {
    auth: ({ claimed }) => {
      asked.push(claimed);
      return { verdict: "pass" };
    },
  });
  await within(knows, async (peer) => {
    assert.match(await ways.PLAIN(peer, secret), /^235 /);
    assert.deepEqual(asked, ["jo"]);
  }, { plugins: [first] });
});

test("AUTH: who may act for another does, and nobody else (RFC 4616 §2)", async () => {
  const plugin = ({ authorize }: AuthEvent): Answer => ({
    verdict: "accept",
    user: authorize === "boss" ? "boss" : "jo",
  });
  await within(plugin, async (peer) => {
    assert.match(await exchange(peer, "PLAIN", () => "", `root\0jo\0${secret}`), /^535 /);
    assert.match(await exchange(peer, "PLAIN", () => "", `boss\0jo\0${secret}`), /^235 /);
  });
});

test("AUTH PLAIN: without an initial response the challenge is 334, a space and nothing (RFC 4954 §4)", async () => {
  await within(knows, async (peer) => {
    peer.send("AUTH PLAIN\r\n");
    await eventually(() => peer.unread(), () => peer.unread() === "334 \r\n" || undefined);
    assert.equal(await peer.reply(), "334");
    assert.match(await peer.ask(btoa(`\0jo\0${secret}`)), /^235 /);
  });
});

test("AUTH: cancelled, undecodable, malformed and too long exchanges are told apart (RFC 4954 §4)", async () => {
  await within(knows, async (peer) => {
    const rows: readonly (readonly [begin: string, response: string, reply: RegExp])[] = [
      ["AUTH PLAIN", "*", /^501 5\.7\.0 Authentication cancelled$/],
      ["AUTH PLAIN", "no base64!", /^501 5\.5\.2 That is not base64$/],
      ["AUTH PLAIN", btoa("nothing like it"), /^501 5\.5\.2 That is no message/],
      ["AUTH LOGIN", "A".repeat(20_000), /^500 5\.5\.6 /],
    ];
    for (const [begin, response, reply] of rows) {
      assert.match(await peer.ask(begin), /^334/);
      assert.match(await peer.ask(response), reply, begin);
    }
    assert.match(await peer.ask("AUTH CRAM-MD5 aGk="), /^501 5\.7\.0 This mechanism takes no initial response$/);
    assert.match(await peer.ask("AUTH KERBEROS"), /^504 5\.5\.4 /);
    assert.match(await peer.ask("AUTH"), /^501 5\.5\.4 /);
    assert.match(await ways.PLAIN(peer, secret), /^235 /);
  });
});

test("AUTH: within a transaction 503, after HELO 503", async () => {
  await within(knows, async (peer) => {
    await peer.ask("MAIL FROM:<a@example.org>");
    assert.match(await peer.ask("AUTH PLAIN"), /^503 5\.5\.1 /);
    await peer.ask("HELO client.test");
    assert.match(await peer.ask("AUTH PLAIN"), /^503 5\.5\.1 AUTH needs EHLO$/);
  });
});

test("AUTH: only after TLS, unless configured: not offered, and refused before a secret is sent", async () => {
  const plugins = [nativePlugin("door", { auth: knows })];
  const offer = { tls: "offered", mechanisms: mechanismNames } as const;
  await serving({ plugins, upgrade, offer }, async ({ connect }) => {
    const peer = await connect();
    assert.doesNotMatch(await peer.ask("EHLO client.test"), /AUTH/);
    assert.match(await peer.ask("AUTH PLAIN"), /^538 5\.7\.11 /);
    assert.match(await peer.ask("STARTTLS"), /^220 /);
    const secured = await peer.encrypt();
    // EXTERNAL is for those who show a certificate.
    assert.match(
      await secured.ask("EHLO client.test"),
      /\n250-AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS XOAUTH2 OAUTHBEARER\n/,
    );
    assert.match(await secured.ask("AUTH EXTERNAL ="), /^504 5\.5\.4 /);
    assert.match(await ways.PLAIN(secured, secret), /^235 /);
  });
  await serving({ plugins, offer: { ...offer, tls: "off", authWithoutTls: true } }, async ({ connect }) => {
    const peer = await connect();
    assert.match(await peer.ask("EHLO client.test"), /\n250-AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256\n/);
    assert.match(await ways.LOGIN(peer, secret), /^235 /);
  });
});

test("AUTH= of MAIL is kept of a client who is authenticated, and taken as <> of others (RFC 4954 §5)", async () => {
  const told: unknown[] = [];
  const ear = nativePlugin("ear", {
    mail: ({ parameters }) => {
      told.push(parameters["AUTH"]);
      return { verdict: "pass" };
    },
  });
  await within(knows, async (peer, { delivered }) => {
    const send = async (): Promise<unknown> => {
      assert.match(await peer.ask("MAIL FROM:<jo@example.org> AUTH=jo@example.org"), /^250 /);
      await peer.ask("RCPT TO:<b@example.net>");
      await peer.ask("DATA");
      assert.match(await peer.ask("Subject: x\r\n\r\ntext\r\n."), /^250 /);
      return delivered.at(-1)?.envelope.parameters["AUTH"];
    };
    assert.equal(await send(), "<>");
    await ways.PLAIN(peer, secret);
    assert.equal(await send(), "jo@example.org");
  }, { plugins: [ear] });
});

test("AUTH SCRAM-SHA-256-PLUS: the channel that STARTTLS made is one to be bound to", async () => {
  const offer = { tls: "offered", mechanisms: ["SCRAM-SHA-256-PLUS"] } as const;
  await serving({ plugins: [nativePlugin("door", { auth: knows })], upgrade, offer }, async ({ greet }) => {
    const plain = await greet();
    await plain.ask("STARTTLS");
    const peer = await plain.encrypt();
    await peer.ask("EHLO client.test");
    assert.match(await ways["SCRAM-SHA-256-PLUS"](peer, secret), /^235 /);
  });
});

test("AUTH SCRAM-SHA-256-PLUS: another channel than this one is refused: somebody sits in between", async () => {
  await within(knows, async (peer) => {
    const header = "p=tls-server-end-point,,";
    const client = scramClient({ user: "jo", password: secret, header, channel: new Uint8Array(32) });
    assert.match(await exchange(peer, "SCRAM-SHA-256-PLUS", client.respond, client.initial), /^535 5\.7\.8 /);
  });
});

test("AUTH SCRAM-SHA-256-PLUS is not offered where there is nothing safe to bind to: TLS 1.2 (RFC 9266 §4.2)", async () => {
  const offer = { tls: "implicit", mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"] } as const;
  const plugins = [nativePlugin("door", { auth: knows })];
  await serving({ plugins, upgrade, manners: { implicitTls: true }, offer }, async ({ port }) => {
    const peer = await connectTlsPeer(port, { maxVersion: "TLSv1.2" });
    await peer.reply();
    assert.match(await peer.ask("EHLO client.test"), /\n250-AUTH SCRAM-SHA-256\n/);
    assert.match(await peer.ask("AUTH SCRAM-SHA-256-PLUS"), /^504 5\.5\.4 /);
  });
});
