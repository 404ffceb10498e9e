import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../test/support/eventually.ts";
import { acceptAll } from "../../test/support/native_plugin.ts";
import { type Serving, serving } from "../../test/support/served.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../../test/support/smtp_peer.ts";

const path = { reversePath: "a@example.org", forwardPaths: ["b@example.net"] };

const crowds: readonly (readonly [what: string, options: Serving, reply: RegExp])[] = [
  ["in all", { maxSessions: 2 }, /^421 Too many connections, try again later$/],
  ["from one address", { perAddress: 2 }, /^421 Too many connections from your address or network/],
  ["from one network", { perNetwork: 2 }, /^421 Too many connections from your address or network/],
];
for (const [what, options, reply] of crowds) {
  test(`connections ${what}: one too many is told 421 and closed, and one that leaves makes room`, async () => {
    await serving(options, async ({ port, greet, leases }) => {
      const [first, second] = [await greet(), await greet()];
      const third = await connectPeer(port);
      assert.match(await third.reply(), reply);
      await third.closed();
      third.destroy();
      assert.match(await second.ask("NOOP"), /^250 /);
      await first.ask("QUIT");
      first.destroy();
      await eventually(() => "the first stays", () => leases() === 1 || undefined, 4500);
      assert.match(await (await greet()).ask("NOOP"), /^250 /);
    });
  });
}

test("overload: new clients are told 421, sessions under way finish", async () => {
  let overloaded = false;
  const options: Serving = {
    plugins: [acceptAll],
    get overloaded() {
      return overloaded;
    },
  };
  await serving(options, async ({ port, greet, delivered }) => {
    const before = await greet();
    overloaded = true;
    const late = await connectPeer(port);
    assert.equal(await late.reply(), "421 mx.test is too busy, try again later");
    await late.closed();
    assert.match(await sendMessage(before, path, "Subject: x\r\n\r\ntext"), /^250 /);
    assert.equal(delivered.length, 1);
    overloaded = false;
    assert.match(await (await greet()).ask("NOOP"), /^250 /);
  });
});

test("commands of one session: one too many is told 421", async () => {
  await serving({ offer: { maxCommands: 4 } }, async ({ greet }) => {
    const peer = await greet();
    for (let count = 2; count <= 4; count++) assert.match(await peer.ask("NOOP"), /^250 /);
    assert.match(await peer.ask("NOOP"), /^421 4\.7\.0 Too many commands/);
    await peer.closed();
  });
});

test("transactions of one session: one too many is told 421, the others were delivered (RFC 9422 §4.1)", async () => {
  await serving({ plugins: [acceptAll], offer: { maxTransactions: 2 } }, async ({ greet, delivered }) => {
    const peer = await greet();
    for (let count = 0; count < 2; count++) await sendMessage(peer, path, "Subject: x\r\n\r\ntext");
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^421 4\.7\.0 Too many transactions/);
    await peer.closed();
    assert.equal(delivered.length, 2);
  });
});

test("recipients of one transaction: one too many is told 452, the others are taken (RFC 5321 §4.5.3.1.10)", async () => {
  await serving({ plugins: [acceptAll], offer: { maxRecipients: 2 } }, async ({ greet, delivered }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<a@example.org>");
    for (const name of ["b", "c"]) assert.match(await peer.ask(`RCPT TO:<${name}@example.net>`), /^250 /);
    assert.match(await peer.ask("RCPT TO:<d@example.net>"), /^452 4\.5\.3 /);
    await peer.ask("DATA");
    assert.match(await peer.ask("Subject: x\r\n\r\n."), /^250 /);
    assert.equal(delivered[0]?.envelope.forwardPaths.length, 2);
  });
});

test("refusals of one session: the last is told 421", async () => {
  await serving({ offer: { maxRefusals: 3 } }, async ({ greet }) => {
    const peer = await greet();
    for (let count = 0; count < 2; count++) assert.match(await peer.ask("BOGUS"), /^500 /);
    assert.match(await peer.ask("BOGUS"), /^421 4\.7\.0 Too many errors/);
    await peer.closed();
  });
});

const headers: readonly (readonly [what: string, content: string, reply: RegExp])[] = [
  ["20 fields are taken", "X: y\r\n".repeat(20) + "\r\n", /^250 /],
  ["21 fields are refused", "X: y\r\n".repeat(21) + "\r\n", /^552 5\.3\.4 Header section has too many fields$/],
  ["2,000 octets are taken", `X: ${"y".repeat(1989)}\r\n\r\n`.replace(/y{900}/g, "$&\r\n "), /^250 /],
  [
    "2,500 octets are refused",
    "X: yyyyyyyyyyyyyyyyyyyy\r\n y\r\n".repeat(2).replace(/y{20}/g, "y".repeat(1200)) + "\r\n",
    /^552 5\.3\.4 Header section exceeds/,
  ],
];
for (const [what, content, reply] of headers) {
  for (const how of ["DATA", "BDAT"] as const) {
    test(`header section by ${how}: ${what}`, async () => {
      const bounds = { headerFields: 20, headerSize: 2100 };
      await serving({ plugins: [acceptAll], bounds }, async ({ greet }) => {
        assert.match(await transmit(await greet(), how, content), reply);
      });
    });
  }
}

const hops = "Received: from x by y; Sun, 22 Nov 2026 12:00:00 +0000\r\n";
for (const how of ["DATA", "BDAT"] as const) {
  test(`Received fields by ${how}: a hundred are taken, more are a loop (RFC 5321 §6.3)`, async () => {
    await serving({ plugins: [acceptAll] }, async ({ greet }) => {
      const peer = await greet();
      assert.match(await transmit(peer, how, hops.repeat(100) + "\r\n"), /^250 /);
      assert.match(await transmit(peer, how, hops.repeat(101) + "\r\n"), /^554 5\.4\.6 /);
      assert.match(await transmit(peer, how, "A: b\r\n\r\n" + hops.repeat(101)), /^250 /);
    });
  });
}

async function transmit(peer: SmtpPeer, how: "DATA" | "BDAT", content: string): Promise<string> {
  await peer.ask("MAIL FROM:<a@example.org>");
  await peer.ask("RCPT TO:<b@example.net>");
  if (how === "BDAT") {
    peer.send(`BDAT ${content.length} LAST\r\n${content}`);
    return await peer.reply();
  }
  await peer.ask("DATA");
  return await peer.ask(`${content}.`);
}

const lines: readonly (readonly [what: string, line: string, reply: RegExp])[] = [
  ["a command of 512 octets", `NOOP ${"x".repeat(505)}`, /^250 /],
  ["a command that is too long", `NOOP ${"x".repeat(3000)}`, /^500 5\.5\.2 Line too long$/],
  ["a line without an end in sight", `NOOP ${"x".repeat(300_000)}`, /^500 5\.5\.2 Line too long$/],
  ["NUL in a command", "NOOP \0", /^500 5\.5\.2 NUL/],
  ["what is not UTF-8", "NOOP \xff", /^500 5\.5\.2 Commands must be/],
];
for (const [what, line, reply] of lines) {
  test(`lines: ${what} gets one reply, and the next command is heard`, async () => {
    await serving({}, async ({ greet }) => {
      const peer = await greet();
      peer.send(Buffer.from(`${line}\r\nRSET\r\n`, "latin1"));
      assert.match(await peer.reply(), reply);
      assert.equal(await peer.reply(), "250 2.0.0 OK");
    });
  });
}

test("a proxy's client that is turned away because of overload is counted no more", async () => {
  let looks = 0;
  const options: Serving = {
    perAddress: 1,
    manners: { proxy: true, isProxy: () => true },
    // The first client comes to a server with room, and finds it overloaded once its header is read.
    get overloaded() {
      return ++looks === 2;
    },
  };
  await serving(options, async ({ port }) => {
    const introduced = async (): Promise<SmtpPeer> => {
      const peer = await connectPeer(port);
      peer.send("PROXY TCP4 192.0.2.1 198.51.100.1 4000 25\r\n");
      return peer;
    };
    const first = await introduced();
    assert.match(await first.reply(), /^421 mx\.test is too busy/);
    await first.closed();
    first.destroy();
    const second = await introduced();
    assert.match(await second.reply(), /^220 /);
    second.destroy();
  });
});
