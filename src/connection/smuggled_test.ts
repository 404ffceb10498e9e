import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import type { SmtpPeer } from "../../test/support/smtp_peer.ts";
import { type BareLines, untrusted } from "../smtp/session.ts";

/** One end of data in the eyes of other servers, and the commands of another message behind it. */
const ends = ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n", "\n.\r"] as const;
const behind = "MAIL FROM:<forged@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nSubject: forged\r\n\r\n";

function trusted(bareLines: BareLines): Serving {
  return { plugins: [acceptAll], manners: { trustOf: () => ({ ...untrusted, bareLines }) } };
}

async function data(peer: SmtpPeer, content: string): Promise<string> {
  await peer.ask("MAIL FROM:<a@example.org>");
  await peer.ask("RCPT TO:<b@example.net>");
  await peer.ask("DATA");
  peer.send(`Subject: true\r\n\r\ntext${content}\r\n.\r\n`);
  return await peer.reply();
}

function body({ delivered }: Served): string {
  return /Subject: true\r\n\r\n([^]*)$/.exec(delivered.at(-1)?.text ?? "")?.[1] ?? "nothing";
}

for (const end of ends) {
  test(`smuggling, reject: ${JSON.stringify(end)} ends nothing, the message is refused and the connection closed`, async () => {
    await serving(trusted("reject"), async (served) => {
      const peer = await served.greet();
      assert.match(await data(peer, `${end}${behind}`), /^550 5\.5\.2 /);
      await peer.closed();
      assert.equal(peer.unread(), "");
      assert.equal(served.delivered.length, 0);
    });
  });

  test(`smuggling, normalize: ${JSON.stringify(end)} ends nothing`, async () => {
    await serving(trusted("normalize"), async (served) => {
      const reply = await data(await served.greet(), `${end}${behind}`);
      // Only a bare LF can be made good.
      if (/\r(?!\n)/.test(end)) return assert.match(reply, /^550 5\.5\.2 /);
      assert.match(reply, /^250 /);
      assert.equal(served.delivered.length, 1);
      assert.doesNotMatch(body(served), /\r(?!\n)|(?<!\r)\n/);
      assert.ok(body(served).includes("Subject: forged"));
    });
  });

  test(`smuggling, allow: ${JSON.stringify(end)} is content of a listed client`, async () => {
    await serving(trusted("allow"), async (served) => {
      assert.match(await data(await served.greet(), `${end}${behind}`), /^250 /);
      assert.equal(served.delivered.length, 1);
      // RFC 5321 §4.5.2: the dot that begins a line goes.
      assert.equal(body(served), `text${end}${behind}\r\n`.replace("text\r\n.", "text\r\n"));
    });
  });
}

test("smuggling: NUL in mail data is refused, and the connection closed", async () => {
  await serving(trusted("reject"), async (served) => {
    const peer = await served.greet();
    assert.match(await data(peer, "\0"), /^550 5\.6\.0 /);
    await peer.closed();
    assert.equal(served.delivered.length, 0);
  });
});

for (const line of ["NOOP\nRSET\r\n", "NOOP\rRSET\r\n"]) {
  test(`smuggling: ${JSON.stringify(line)} as a command is refused, and the connection closed`, async () => {
    await serving(trusted("allow"), async ({ greet }) => {
      const peer = await greet();
      peer.send(`${line}NOOP\r\n`);
      assert.match(await peer.reply(), /^500 5\.5\.2 Lines must end in CRLF/);
      await peer.closed();
      assert.equal(peer.unread(), "");
    });
  });
}

const early = [
  ["EHLO", "EHLO client.test\r\nNOOP\r\n"],
  ["HELO", "HELO client.test\r\nNOOP\r\n"],
  ["DATA", "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nSubject: x\r\n"],
] as const;
for (const [verb, said] of early) {
  test(`pipelining behind ${verb} ends the session, unless it is configured (RFC 2920 §3.1)`, async () => {
    await serving({ plugins: [acceptAll] }, async ({ greet }) => {
      const peer = await greet();
      peer.send(said);
      let reply = await peer.reply();
      while (reply.startsWith("250")) reply = await peer.reply();
      assert.match(reply, /^554 5\.5\.0 Wait for my reply/);
      await peer.closed();
    });
    await serving({ plugins: [acceptAll], offer: { pipelining: "allow" } }, async ({ greet }) => {
      const peer = await greet();
      peer.send(said);
      assert.match(await peer.reply(), /^250/);
      assert.match(await peer.reply(), /^250/);
    });
  });
}

test("pipelining: one who is authenticated need not be suspected", async () => {
  const plugins = [acceptAll, nativePlugin("door", { auth: () => ({ verdict: "accept" }) })];
  await serving({ plugins, offer: { mechanisms: ["PLAIN"], authWithoutTls: true } }, async ({ greet }) => {
    const peer = await greet();
    await peer.ask(`AUTH PLAIN ${btoa("\0jo\0x")}`);
    peer.send("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nSubject: x\r\n\r\n.\r\n");
    const codes: string[] = [];
    for (let count = 0; count < 4; count++) codes.push((await peer.reply()).slice(0, 3));
    assert.deepEqual(codes, ["250", "250", "354", "250"]);
  });
});

test("smuggling: what comes behind the true end of data is the next command, and no more", async () => {
  await serving(trusted("reject"), async ({ greet, delivered }) => {
    const peer = await greet();
    assert.match(await data(peer, "\r\n..\r\n. \r\n.."), /^250 /);
    assert.match(await peer.ask("NOOP"), /^250 /);
    assert.ok(delivered[0]?.text.endsWith("text\r\n.\r\n \r\n.\r\n"));
  });
});
