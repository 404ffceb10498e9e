import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import { type Serving, serving } from "../../test/support/served.ts";
import { connectPeer, type SmtpPeer } from "../../test/support/smtp_peer.ts";

async function beginData(peer: SmtpPeer): Promise<void> {
  await peer.ask("MAIL FROM:<a@example.org>");
  await peer.ask("RCPT TO:<b@example.net>");
  assert.match(await peer.ask("DATA"), /^354 /);
}

async function beginPiece(peer: SmtpPeer): Promise<void> {
  await peer.ask("MAIL FROM:<a@example.org>");
  await peer.ask("RCPT TO:<b@example.net>");
  peer.send("BDAT 100000 LAST\r\n");
}

interface Dripped {
  readonly reply: string;
  /** Milliseconds from the beginning of the mail data on, and how many of them this process was not held up. */
  readonly took: number;
  readonly awake: number;
}

/** Sends so many octets every 20 ms until the server says something. */
async function drip(peer: SmtpPeer, begin: (peer: SmtpPeer) => Promise<void>, octets: number): Promise<Dripped> {
  const began = performance.now();
  const time = awakeTime();
  await begin(peer);
  const dripping = setInterval(() => peer.send("x".repeat(octets - 2) + "\r\n"), 20);
  const reply = await peer.reply();
  clearInterval(dripping);
  return { reply, took: performance.now() - began, awake: time() };
}

/** 600 octets a piece. A machine that stands still for 400 ms is not taken for a client that does. */
const slow: Serving = { plugins: [acceptAll], bounds: { slowest: 1000 }, timeouts: { data: 600, message: 60_000 } };

for (const [how, begin] of [["DATA", beginData], ["BDAT", beginPiece]] as const) {
  test(`${how}: mail data that comes too slowly ends the session once the time for a piece has passed`, async () => {
    await serving(slow, async ({ greet, delivered, spooled }) => {
      const peer = await greet();
      const { reply, took, awake } = await drip(peer, begin, 5);
      assert.equal(reply, "421 4.4.2 mx.test gets mail data too slowly, closing connection");
      assert.ok(took >= 590 && awake < 1400, `${took} ms, ${awake} of them awake`);
      await peer.closed();
      assert.deepEqual([delivered.length, spooled().length], [0, 0]);
    });
  });

  test(`${how}: mail data that is fast enough goes on, however often the time for a piece passes`, async () => {
    await serving(slow, async ({ greet }) => {
      const peer = await greet();
      await begin(peer);
      const began = performance.now();
      while (performance.now() < began + 1800) {
        peer.send("x".repeat(298) + "\r\n");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(peer.unread(), "");
      peer.destroy();
    });
  });

  test(`${how}: a message has its time, however fast it comes`, async () => {
    await serving({ plugins: [acceptAll], timeouts: { message: 300 } }, async ({ greet }) => {
      const peer = await greet();
      const { reply, took, awake } = await drip(peer, begin, 100);
      assert.match(reply, /^421 4\.4\.2 /);
      assert.ok(took >= 290 && awake < 1500, `${took} ms, ${awake} of them awake`);
      await peer.closed();
    });
  });
}

test("a session has its time: between transactions it ends with 421", async () => {
  await serving({ timeouts: { session: 300 } }, async ({ greet }) => {
    const peer = await greet();
    const time = awakeTime();
    let reply = "";
    do {
      await new Promise((resolve) => setTimeout(resolve, 20));
      reply = await peer.ask("NOOP");
    } while (reply.startsWith("250"));
    assert.match(reply, /^421 4\.4\.2 mx\.test ends sessions that last too long/);
    assert.ok(time() < 1500);
    await peer.closed();
  });
});

test("a session has its time: an idle one is told so when it is over", async () => {
  await serving({ timeouts: { session: 600 } }, async ({ greet }) => {
    const peer = await greet();
    assert.match(await peer.reply(), /^421 4\.4\.2 mx\.test ends sessions that last too long/);
  });
});

test("a session has its time, but envelope and message under way may end", async () => {
  await serving({ plugins: [acceptAll], timeouts: { session: 700 } }, async ({ greet, delivered }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<a@example.org>");
    await new Promise((resolve) => setTimeout(resolve, 750));
    assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^250 /);
    assert.match(await peer.ask("DATA"), /^354 /);
    assert.match(await peer.ask("Subject: x\r\n\r\n."), /^250 /);
    assert.equal(delivered.length, 1);
    assert.match(await peer.reply(), /^421 4\.4\.2 /);
  });
});

test("an idle client is told 421 when its time for a command is over", async () => {
  await serving({ timeouts: { command: 500 } }, async ({ greet }) => {
    const peer = await greet();
    assert.equal(await peer.reply(), "421 4.4.2 mx.test waited too long, closing connection");
    await peer.closed();
  });
});

function hearing(early: boolean[]): NonNullable<Serving["plugins"]>[number] {
  return nativePlugin("ear", {
    connect: (event) => {
      early.push(event.early);
      return { verdict: "pass" };
    },
    data: (event) => {
      early.push(event.early);
      return { verdict: "pass" };
    },
  });
}

test("greeting delay: who waits is greeted after it, who does not is known to plugins, and nothing said is lost", async () => {
  const early: boolean[] = [];
  await serving({ plugins: [hearing(early)], timeouts: { greetingDelay: 600 } }, async ({ port }) => {
    const began = performance.now();
    const patient = await connectPeer(port);
    assert.match(await patient.reply(), /^220 /);
    assert.ok(performance.now() - began >= 590);
    const hasty = await connectPeer(port);
    hasty.send("HELO client.test\r\n");
    assert.match(await hasty.reply(), /^220 /);
    assert.equal(await hasty.reply(), "250 mx.test Hello client.test");
    assert.deepEqual(early, [false, true]);
  });
});

test("greeting delay: a plugin refuses who does not wait", async () => {
  const plugin = nativePlugin("door", {
    connect: ({ early }) => early ? { verdict: "reject", text: "Wait for the greeting" } : { verdict: "pass" },
  });
  await serving({ plugins: [plugin], timeouts: { greetingDelay: 5000 } }, async ({ port }) => {
    const hasty = await connectPeer(port);
    hasty.send("EHLO client.test\r\n");
    assert.match(await hasty.reply(), /^554 .*Wait for the greeting$/);
    await hasty.closed();
  });
});

test("data delay: who sends mail data before 354 is known to plugins", async () => {
  const early: boolean[] = [];
  const plugins = [acceptAll, hearing(early)];
  const offer = { pipelining: "allow" } as const;
  await serving({ plugins, offer, timeouts: { dataDelay: 600 } }, async ({ greet }) => {
    const [patient, hasty] = [await greet(), await greet()];
    for (const peer of [patient, hasty]) {
      await peer.ask("MAIL FROM:<a@example.org>");
      await peer.ask("RCPT TO:<b@example.net>");
    }
    const began = performance.now();
    assert.match(await patient.ask("DATA"), /^354 /);
    assert.ok(performance.now() - began >= 590);
    hasty.send("DATA\r\n");
    await new Promise((resolve) => setTimeout(resolve, 30));
    hasty.send("Subject: x\r\n\r\n.\r\n");
    assert.match(await hasty.reply(), /^354 /);
    assert.match(await hasty.reply(), /^250 /);
    assert.deepEqual(early.slice(2), [false, true]);
  });
});
