import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { certified } from "../../test/support/certified.ts";
import { acceptAll } from "../../test/support/native_plugin.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import { connectPeer, type SmtpPeer } from "../../test/support/smtp_peer.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";

const upgrade = certified(temporaryFolder()).upgrade();
const stopping = "421 4.3.2 mx.test is shutting down, try again later";
const patient = { plugins: [acceptAll], drainWithin: 5000 };

async function envelope({ greet }: Served): Promise<SmtpPeer> {
  const peer = await greet();
  await peer.ask("MAIL FROM:<a@example.org>");
  await peer.ask("RCPT TO:<b@example.net>");
  return peer;
}

function allThatCame(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    socket.on("data", (piece: string) => text += piece);
    socket.on("error", (error) => text += error.message);
    socket.on("close", () => resolve(text));
  });
}

test("shutdown: idle sessions are told 421, and nobody is let in any more", async () => {
  await serving(patient, async ({ greet, connect, daemon, port }) => {
    const [ready, fresh] = [await greet(), await connect()];
    const stopped = daemon.stop();
    for (const peer of [ready, fresh]) {
      assert.equal(await peer.reply(), stopping);
      await peer.closed();
      peer.destroy();
    }
    await assert.rejects(connectPeer(port));
    await stopped;
  });
});

test("shutdown: who waits in the system's queue to be accepted is told 421, and not reset", async () => {
  await serving(patient, async ({ daemon, port }) => {
    const heard = Array.from({ length: 30 }, () => allThatCame(port));
    // Connected they are by now, since the system does that; accepted is nobody before the event loop turns.
    await new Promise((resolve) => process.nextTick(resolve));
    await daemon.stop();
    assert.deepEqual([...new Set(await Promise.all(heard))], [`${stopping}\r\n`]);
  });
});

test("shutdown: a transaction may end, then comes 421", async () => {
  await serving(patient, async (served) => {
    const peer = await envelope(served);
    const stopped = served.daemon.stop();
    assert.match(await peer.ask("RCPT TO:<c@example.net>"), /^250 /);
    assert.match(await peer.ask("DATA"), /^354 /);
    assert.match(await peer.ask("Subject: x\r\n\r\ntext\r\n."), /^250 /);
    assert.equal(await peer.reply(), stopping);
    await stopped;
    assert.equal(served.delivered.length, 1);
  });
});

test("shutdown: mail data under way may end", async () => {
  await serving(patient, async (served) => {
    const peer = await envelope(served);
    assert.match(await peer.ask("DATA"), /^354 /);
    peer.send("Subject: x\r\n\r\n");
    const stopped = served.daemon.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.match(await peer.ask("text\r\n."), /^250 /);
    assert.equal(await peer.reply(), stopping);
    await stopped;
    assert.equal(served.delivered.length, 1);
  });
});

test("shutdown: a message of several BDAT may end, within a piece and between two", async () => {
  await serving(patient, async (served) => {
    const [within, between] = [await envelope(served), await envelope(served)];
    within.send("BDAT 14\r\nSubject");
    between.send("BDAT 14\r\nSubject: x\r\n\r\n");
    assert.match(await between.reply(), /^250 /);
    const stopped = served.daemon.stop();
    within.send(": x\r\n\r\n");
    assert.match(await within.reply(), /^250 2\.0\.0 14 octets/);
    for (const peer of [within, between]) {
      peer.send("BDAT 4 LAST\r\nend.");
      assert.match(await peer.reply(), /^250 2\.0\.0 Queued/);
      assert.equal(await peer.reply(), stopping);
    }
    await stopped;
    assert.equal(served.delivered.length, 2);
  });
});

test("shutdown: who is on the point of being greeted is told 421 after the greeting", async () => {
  await serving({ ...patient, timeouts: { greetingDelay: 300 } }, async ({ daemon, port }) => {
    const peer = await connectPeer(port);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const time = awakeTime();
    const stopped = daemon.stop();
    assert.match(await peer.reply(), /^220 |^421 /);
    await peer.closed();
    await stopped;
    assert.ok(time() < 2500);
  });
});

const arriving: readonly (readonly [what: string, options: Serving, said: string])[] = [
  ["a PROXY header", { manners: { proxy: true, isProxy: () => true } }, "PROXY TCP4"],
  ["a handshake before the greeting", { manners: { implicitTls: true } }, ""],
  ["a handshake after STARTTLS", { offer: { tls: "offered" } }, "STARTTLS\r\n"],
];
for (const [what, options, said] of arriving) {
  test(`shutdown: ${what} is not waited for`, async () => {
    await serving({ ...patient, upgrade, ...options }, async ({ daemon, port }) => {
      const peer = await connectPeer(port);
      peer.send(said);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const time = awakeTime();
      await daemon.stop();
      assert.ok(time() < 1000);
      await peer.closed();
    });
  });
}

test("shutdown: a BDAT transaction still open at the deadline is cut off, and leaves nothing", async () => {
  await serving({ plugins: [acceptAll], drainWithin: 100, spool: { memoryThreshold: 0 } }, async (served) => {
    const peer = await envelope(served);
    peer.send(`BDAT 300000\r\nA: b\r\n\r\n${"x".repeat(299_992)}`);
    assert.match(await peer.reply(), /^250 /);
    assert.equal(served.spooled().length, 1);
    await served.daemon.stop();
    assert.deepEqual(served.spooled(), []);
    assert.ok(served.logged.includes("warn transactions cut off by shutdown"));
  });
});
