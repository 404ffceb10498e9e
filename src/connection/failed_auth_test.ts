import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthEvent } from "../../sdk/contract/event.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { eventually } from "../../test/support/eventually.ts";
import { nativePlugin } from "../../test/support/native_plugin.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import { scramClient } from "../../test/support/scram_client.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import type { SmtpPeer } from "../../test/support/smtp_peer.ts";
import type { Registered } from "../hooks/chains.ts";

const secret = 'open-"sesame"-4711';
const offer = { mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"], authWithoutTls: true } as const;

function guarding(auth: (event: AuthEvent) => Answer, { offer: more, ...others }: Serving = {}): Serving {
  return { plugins: [nativePlugin("door", { auth })], ...others, offer: { ...offer, ...more } };
}

function knows({ claimed, password }: AuthEvent): Answer {
  if (claimed !== "jo") return { verdict: "pass" };
  return password === secret ? { verdict: "accept" } : { verdict: "reject", text: "Wrong password" };
}

function plain(user: string, password: string): string {
  return `AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}`;
}

interface Timed {
  readonly reply: string;
  readonly took: number;
  /** Without pauses that the machine made: what has an upper bound. */
  readonly awake: number;
}

async function timed(peer: SmtpPeer, line: string): Promise<Timed> {
  const time = awakeTime();
  const began = performance.now();
  const reply = await peer.ask(line);
  return { reply, took: performance.now() - began, awake: time() };
}

test("a failed AUTH is slow to say so, twice as slow each time, and the last ends the session", async () => {
  const options = guarding(knows, { timeouts: { failedAuth: 100 }, offer: { maxAttempts: 4 } });
  await serving(options, async ({ greet }) => {
    const peer = await greet();
    for (const least of [100, 200, 400]) {
      const { reply, took, awake } = await timed(peer, plain("jo", "wrong"));
      assert.equal(reply, "535 5.7.8 Authentication credentials invalid");
      assert.ok(took >= least - 5 && awake < least * 2, `${took} ms, ${awake} of them awake, not ${least}`);
    }
    assert.match(await peer.ask(plain("jo", "wrong")), /^421 4\.7\.0 Too many failed authentications/);
    await peer.closed();
  });
});

test("of one address a few are asked about at a time; the others wait for their turn, and are not sent away", async () => {
  const asked: (() => void)[] = [];
  const slow: Registered = {
    ...nativePlugin("door", { auth: knows }),
    call: () =>
      new Promise((resolve) => {
        asked.push(() => resolve({ kind: "answered", answer: { verdict: "accept" }, micros: 0 }));
      }),
  };
  const count = (least: number): Promise<true> =>
    eventually(() => `${asked.length} were asked`, () => asked.length >= least || undefined, 5000);
  await serving({ plugins: [slow], offer }, async ({ greet }) => {
    const peers = await Promise.all(Array.from({ length: 12 }, () => greet()));
    const replies = peers.map((peer) => peer.ask(plain("jo", secret)));
    await count(8);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(asked.length, 8);
    for (let index = 0; index < 12; index++) {
      await count(index + 1);
      asked[index]?.();
    }
    assert.deepEqual([...new Set(await Promise.all(replies))], ["235 2.7.0 Authentication succeeded"]);
  });
});

test("a right password is not slow, even after a wrong one", async () => {
  await serving(guarding(knows, { timeouts: { failedAuth: 200 } }), async ({ greet }) => {
    const peer = await greet();
    await peer.ask(plain("jo", "wrong"));
    const { reply, awake } = await timed(peer, plain("jo", secret));
    assert.match(reply, /^235 /);
    assert.ok(awake < 100, `${awake} ms`);
  });
});

test("cancelled and malformed exchanges count as attempts: who cancels at the last step has learned as much", async () => {
  await serving(guarding(knows), async ({ greet }) => {
    const peer = await greet();
    await peer.ask("AUTH LOGIN");
    assert.match(await peer.ask("*"), /^501 /);
    assert.match(await peer.ask("AUTH PLAIN !"), /^501 /);
    assert.match(await peer.ask(plain("jo", "wrong")), /^421 /);
    await peer.closed();
  });
});

test("an unknown user and a wrong password get the same reply in the same time, however long a check takes", async () => {
  const slow: Serving = {
    offer,
    plugins: [{
      ...nativePlugin("door", { auth: knows }),
      call: async (_hook, event) => {
        const asked = event as AuthEvent;
        // A hash is computed for those who exist alone: a careless plugin.
        if (asked.claimed === "jo") await new Promise((resolve) => setTimeout(resolve, 60));
        return { kind: "answered", answer: knows(asked), micros: 0 };
      },
    }],
    timeouts: { failedAuth: 150 },
  };
  await serving(slow, async ({ greet }) => {
    const [known, unknown] = await Promise.all(["jo", "nobody"].map(async (user) => {
      return await timed(await greet(), plain(user, "wrong"));
    }));
    assert.ok(known !== undefined && unknown !== undefined);
    assert.equal(known.reply, unknown.reply);
    assert.ok(Math.abs(known.awake - unknown.awake) < 40, `${known.awake} and ${unknown.awake} ms`);
  });
});

test("SCRAM-SHA-256: an unknown user gets a challenge like a known one, the same each time, and fails at the same step", async () => {
  const auth = ({ claimed }: AuthEvent): Answer =>
    claimed === "jo" ? { verdict: "accept", keys: { password: secret } } : { verdict: "pass" };
  await serving(guarding(auth), async ({ greet }) => {
    const attempt = async (user: string): Promise<{ salt: string; iterations: string; reply: string }> => {
      const peer = await greet();
      const client = scramClient({ user, password: "wrong" });
      const first = await peer.ask(`AUTH SCRAM-SHA-256 ${btoa(client.initial)}`);
      const challenge = atob(first.slice(4));
      const [, salt = "", iterations = ""] = /,s=([^,]*),i=(\d+)$/.exec(challenge) ?? [];
      return { salt, iterations, reply: await peer.ask(btoa(await client.respond(challenge))) };
    };
    const [known, nobody, again] = [await attempt("jo"), await attempt("nobody"), await attempt("nobody")];
    assert.equal(nobody.salt, again.salt);
    assert.equal(nobody.salt.length, known.salt.length);
    assert.equal(nobody.iterations, known.iterations);
    assert.equal(nobody.reply, known.reply);
    assert.match(known.reply, /^535 5\.7\.8 /);
  });
});

/** The secret as it was said, and every form in which it went over the wire. */
const telling = [
  secret,
  JSON.stringify(secret).slice(1, -1),
  btoa(secret),
  btoa(`\0jo\0${secret}`),
  btoa(`\0jo\0${secret}`).slice(4, -8),
];

async function tryAll({ greet }: Served): Promise<void> {
  const peer = await greet();
  await peer.ask(plain("jo", secret));
  await peer.ask("AUTH LOGIN");
  await peer.ask(btoa("jo"));
  await peer.ask(btoa(secret));
  // As a broken client says it: the response of an exchange that is over, taken for a command.
  await peer.ask(btoa(secret));
  await peer.ask(`AUTH PLAIN  ${btoa(`\0jo\0${secret}`)} more`);
  await peer.ask(`AUTH UNKNOWN ${btoa(`\0jo\0${secret}`)}`);
  peer.send(`AUTH PLAIN ${btoa(`\0jo\0${secret}`)}`);
  peer.destroy();
}

const plugins: readonly (readonly [what: string, auth: (event: AuthEvent) => Answer])[] = [
  ["accepts", () => ({ verdict: "accept" })],
  ["rejects", () => ({ verdict: "reject", text: "no" })],
  ["defers", () => ({ verdict: "defer", text: "later" })],
  ["passes", () => ({ verdict: "pass" })],
  ["traps with the secret in its message", ({ password }) => {
    throw new Error(`cannot bear ${password}`);
  }],
  ["traps with the secret in JSON and in base64", ({ password }) => {
    throw new Error(`${JSON.stringify({ password })} ${btoa(password ?? "")}`);
  }],
  ["repeats the secret to the client", ({ password }) => ({ verdict: "reject", text: `not ${password}` })],
];
for (const [what, auth] of plugins) {
  test(`no secret in any line of the log, nor in a reply, when the plugin ${what}`, async () => {
    await serving(guarding(auth, { offer: { maxAttempts: 20 } }), async (served) => {
      await tryAll(served);
      while (!served.logged.includes("info disconnected")) await new Promise((resolve) => setTimeout(resolve, 10));
      const all = served.entries.join("\n");
      assert.match(all, /authenticat/);
      for (const form of telling) {
        assert.ok(!all.includes(form) && !all.includes(JSON.stringify(form).slice(1, -1)), `${form} in\n${all}`);
      }
    });
  });
}

test("a reply to AUTH says nothing of what the plugin said", async () => {
  const auth = ({ password }: AuthEvent): Answer => ({ verdict: "reject", text: `${password} is not it` });
  await serving(guarding(auth), async ({ greet }) => {
    assert.equal(await (await greet()).ask(plain("jo", "x")), "535 5.7.8 Authentication credentials invalid");
  });
});

const onErrors = [["defer", /^454 4\.7\.0 /], ["reject", /^535 5\.7\.8 /], ["pass", /^535 5\.7\.8 /]] as const;
for (const [onError, reply] of onErrors) {
  test(`AUTH: a plugin that traps with onError ${onError} lets nobody in: ${reply.source}`, async () => {
    const trapping = nativePlugin("bad", {
      auth: () => {
        throw new Error("boom");
      },
    }, onError);
    await serving({ plugins: [trapping], offer }, async ({ greet }) => {
      const peer = await greet();
      assert.match(await peer.ask(plain("jo", secret)), reply);
      assert.match(await peer.ask("NOOP"), /^250 /);
    });
  });
}

test("AUTH: who waits with a response is cut off, and so is who hangs up", async () => {
  await serving(guarding(knows, { timeouts: { command: 600 } }), async ({ greet, leases }) => {
    const silent = await greet();
    assert.match(await silent.ask("AUTH LOGIN"), /^334 /);
    assert.match(await silent.reply(), /^421 4\.4\.2 /);
    const gone = await greet();
    await gone.ask("AUTH LOGIN");
    gone.destroy();
    while (leases() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

test("AUTH: without a mechanism there is no such command", async () => {
  await serving({ offer: { mechanisms: [] } }, async ({ greet }) => {
    assert.match(await (await greet()).ask("AUTH PLAIN"), /^502 5\.5\.1 /);
  });
});
