import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../test/support/eventually.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import type { SmtpPeer } from "../../test/support/smtp_peer.ts";

/** With the envelope said, and a spool that puts everything into files. */
async function chunking(options: Serving, talk: (peer: SmtpPeer, served: Served) => Promise<void>): Promise<void> {
  await serving({ plugins: [acceptAll], spool: { memoryThreshold: 0 }, ...options }, async (served) => {
    const peer = await served.greet();
    await envelope(peer);
    await talk(peer, served);
  });
}

async function envelope(peer: SmtpPeer, parameters = ""): Promise<void> {
  assert.match(await peer.ask(`MAIL FROM:<a@example.org>${parameters}`), /^250 /);
  await peer.ask("RCPT TO:<b@example.net>");
}

/** One BDAT; `said` is the octets of the piece. */
async function bdat(peer: SmtpPeer, said: string, last = ""): Promise<string> {
  peer.send(Buffer.from(`BDAT ${said.length}${last}\r\n${said}`, "latin1"));
  return await peer.reply();
}

function content({ delivered }: Served): string {
  return (delivered.at(-1)?.text ?? "nothing").replace(/^Received:[^\n]*\n(?:[ \t][^\n]*\n)*/, "");
}

test("BDAT: pieces make one message, each answered with its octets (RFC 3030 §2)", async () => {
  await chunking({}, async (peer, served) => {
    assert.equal(await bdat(peer, "Subject: x\r\n\r"), "250 2.0.0 13 octets received");
    assert.equal(await bdat(peer, "\n.\r\n.."), "250 2.0.0 6 octets received");
    assert.match(await bdat(peer, "\r\nend", " LAST"), /^250 2\.0\.0 Queued as /);
    // Dots are not stuffed in pieces, and a dot on a line ends nothing.
    assert.match(content(served), /^Subject: x\r\n\r\n\.\r\n\.\.\r\nend(?:\r\n)?$/);
    assert.deepEqual(served.spooled(), []);
  });
});

test("BDAT 0 LAST ends a message whose octets have come (RFC 3030 §2)", async () => {
  await chunking({}, async (peer, served) => {
    await bdat(peer, "Subject: x\r\n\r\ntext\r\n");
    assert.match(await bdat(peer, "", " LAST"), /^250 2\.0\.0 Queued as /);
    assert.equal(content(served), "Subject: x\r\n\r\ntext\r\n");
    assert.match(await bdat(peer, "late", " LAST"), /^503 5\.5\.1 /);
  });
});

test("BDAT: a message of one piece, of nothing, and pieces of nothing", async () => {
  await chunking({}, async (peer, served) => {
    assert.match(await bdat(peer, "Subject: x\r\n\r\ntext\r\n", " LAST"), /^250 /);
    await envelope(peer);
    assert.match(await bdat(peer, "", " LAST"), /^250 /);
    assert.equal(content(served), "");
    await envelope(peer);
    assert.equal(await bdat(peer, ""), "250 2.0.0 0 octets received");
    assert.match(await bdat(peer, "A: b\r\n\r\n", " last"), /^250 /);
    assert.equal(served.delivered.length, 3);
  });
});

test("BDAT: pipelined with envelope and QUIT, the dialogue of RFC 3030 §4.2", async () => {
  await serving({ plugins: [acceptAll] }, async ({ greet, delivered }) => {
    const peer = await greet();
    const [first, second] = ["To: x\r\n\r\n" + "y".repeat(70_000) + "\r\n", "z".repeat(324) + "\r\n"];
    peer.send([
      "MAIL FROM:<ned@ymir.example>\r\nRCPT TO:<gvaudre@cloud.example>\r\nRCPT TO:<jstewart@eniac.example>\r\n",
      `BDAT ${first.length}\r\n${first}BDAT ${second.length} LAST\r\n${second}QUIT\r\n`,
    ].join(""));
    const codes: string[] = [];
    for (let count = 0; count < 6; count++) codes.push((await peer.reply()).slice(0, 9));
    assert.deepEqual(codes, ["250 2.1.0", "250 2.1.5", "250 2.1.5", "250 2.0.0", "250 2.0.0", "221 2.0.0"]);
    assert.ok(delivered[0]?.text.endsWith(`\r\n\r\n${"y".repeat(70_000)}\r\n${second}`));
  });
});

test("BDAT: any cut of the octets on the wire gives the same replies and the same message", async () => {
  const script = "MAIL FROM:<a@b.test>\r\nRCPT TO:<b@example.net>\r\n" +
    "BDAT 12\r\nSubject: x\r\nBDAT 8\r\n\r\nBDAT 3BDAT 4 LAST\r\nend!NOOP\r\n";
  await serving({ plugins: [acceptAll] }, async ({ greet, delivered }) => {
    for (let size = 1; size < 40; size += 3) {
      const peer = await greet();
      for (let from = 0; from < script.length; from += size) {
        peer.send(script.slice(from, from + size));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const codes: string[] = [];
      for (let count = 0; count < 6; count++) codes.push((await peer.reply()).slice(0, 3));
      assert.deepEqual(codes, ["250", "250", "250", "250", "250", "250"], `pieces of ${size}`);
      assert.match(delivered.at(-1)?.text ?? "", /\r\nSubject: x\r\n\r\nBDAT 3end!(?:\r\n)?$/);
      peer.destroy();
    }
  });
});

const commandsInside = "Subject: x\r\n\r\nRSET\r\nQUIT\r\n.\r\nQUIT\r\n";

test("BDAT without MAIL or recipients is refused, its octets drained, and the next command heard (RFC 3030 §4.2)", async () => {
  await serving({}, async ({ greet, delivered }) => {
    const peer = await greet();
    assert.match(await bdat(peer, commandsInside, " LAST"), /^503 5\.5\.1 Send MAIL first/);
    assert.match(await peer.ask("NOOP"), /^250 /);
    // Nobody accepts the recipient.
    await envelope(peer);
    assert.match(await bdat(peer, commandsInside), /^554 5\.5\.1 No valid recipients/);
    assert.match(await bdat(peer, commandsInside, " LAST"), /^554 5\.5\.1 No valid recipients/);
    assert.match(await peer.ask("NOOP"), /^250 /);
    assert.equal(delivered.length, 0);
    assert.equal(peer.unread(), "");
  });
});

test("BDAT: sent together with a refused RCPT, every piece is answered once and drained", async () => {
  await serving({}, async ({ greet }) => {
    const peer = await greet();
    peer.send(
      "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
    );
    const codes: string[] = [];
    for (let count = 0; count < 5; count++) codes.push((await peer.reply()).slice(0, 3));
    assert.deepEqual(codes, ["250", "550", "554", "554", "250"]);
  });
});

test("BDAT: a plugin that refuses at data has the octets drained too", async () => {
  const plugin = nativePlugin("no", { data: () => ({ verdict: "reject", text: "no" }) });
  await chunking({ plugins: [acceptAll, plugin] }, async (peer) => {
    assert.equal(await bdat(peer, commandsInside), "554 5.7.1 no");
    assert.match(await bdat(peer, commandsInside, " LAST"), /^503 5\.5\.1 Send MAIL first/);
    assert.match(await peer.ask("NOOP"), /^250 /);
  });
});

test("BDAT: a malformed length closes the connection: nobody knows what are commands behind it", async () => {
  for (const line of ["BDAT", "BDAT -1", "BDAT x", "BDAT 5 FIRST", "BDAT 99999999999999999999"]) {
    await chunking({}, async (peer) => {
      peer.send(`${line}\r\n${commandsInside}`);
      assert.match(await peer.reply(), /^501 5\.5\.4 /, line);
      await peer.closed();
      assert.equal(peer.unread(), "", line);
    });
  }
});

test("BDAT: a message beyond its limit is refused at the piece that exceeds it, which is drained", async () => {
  await chunking({ offer: { maxMessageSize: 1000 } }, async (peer, served) => {
    assert.match(await bdat(peer, "Subject: x\r\n\r\n" + "y".repeat(900)), /^250 /);
    assert.match(await bdat(peer, "y".repeat(500)), /^552 5\.3\.4 /);
    assert.match(await bdat(peer, commandsInside, " LAST"), /^503 5\.5\.1 /);
    assert.match(await peer.ask("NOOP"), /^250 /);
    assert.deepEqual(served.spooled(), []);
    assert.equal(served.delivered.length, 0);
  });
});

test("BDAT: refused octets are drained up to a bound; who announces more is closed at once", async () => {
  await serving({}, async ({ greet }) => {
    const peer = await greet();
    peer.send("BDAT 100000000 LAST\r\n");
    assert.match(await peer.reply(), /^503 5\.5\.1 /);
    await peer.closed();
  });
});

test("BDAT: data_headers_end is asked once the header is whole, and its refusal ends the message in the middle", async () => {
  let asked = 0;
  const plugin = nativePlugin("no", {
    data_headers_end: () => {
      asked++;
      return { verdict: "reject", text: "no such header" };
    },
  });
  await chunking({ plugins: [acceptAll, plugin] }, async (peer, served) => {
    assert.match(await bdat(peer, "Subject: x\r\n"), /^250 /);
    assert.equal(await bdat(peer, "\r\nbody"), "550 5.7.1 no such header");
    assert.match(await bdat(peer, commandsInside, " LAST"), /^503 5\.5\.1 /);
    assert.match(await peer.ask("NOOP"), /^250 /);
    assert.equal(asked, 1);
    assert.deepEqual(served.spooled(), []);
  });
});

test("BDAT: a refusal of the header with disconnect does not wait for the rest of the piece", async () => {
  const plugin = nativePlugin("no", {
    data_headers_end: () => ({ verdict: "reject", text: "no", disconnect: true }),
  });
  await chunking({ plugins: [acceptAll, plugin] }, async (peer) => {
    peer.send("BDAT 100000\r\nSubject: x\r\n\r\nbody");
    assert.equal(await peer.reply(), "550 5.7.1 no");
    await peer.closed();
  });
});

test("BDAT: RSET between two pieces gives the message up, and nothing of it is left", async () => {
  await chunking({}, async (peer, served) => {
    await bdat(peer, "Subject: given up\r\n\r\n" + "x".repeat(300_000));
    assert.equal(served.spooled().length, 1);
    assert.match(await peer.ask("RSET"), /^250 /);
    assert.deepEqual(served.spooled(), []);
    await envelope(peer);
    assert.match(await bdat(peer, "Subject: y\r\n\r\n", " LAST"), /^250 /);
    assert.equal(content(served), "Subject: y\r\n\r\n");
  });
});

const endings: readonly (readonly [what: string, end: (peer: SmtpPeer, served: Served) => unknown])[] = [
  ["the client hangs up", (peer) => peer.destroy()],
  ["it hangs up within a piece", (peer) => {
    peer.send("BDAT 100\r\nonly so much");
    setTimeout(() => peer.destroy(), 20);
  }],
  ["QUIT", (peer) => peer.ask("QUIT")],
  ["EHLO", async (peer, { spooled }) => {
    assert.match(await peer.ask("EHLO again.test"), /^250-/);
    assert.deepEqual(spooled(), []);
    peer.destroy();
  }],
];
for (const [what, end] of endings) {
  test(`BDAT: between two pieces ${what}: no file stays in the spool`, async () => {
    await chunking({}, async (peer, served) => {
      await bdat(peer, "Subject: x\r\n\r\n" + "x".repeat(300_000));
      assert.equal(served.spooled().length, 1);
      await end(peer, served);
      await eventually(() => "the session stays", () => served.leases() === 0 || undefined, 4500);
      assert.deepEqual(served.spooled(), []);
      assert.equal(served.delivered.length, 0);
    });
  });
}

test("BDAT: DATA, MAIL, RCPT and STARTTLS have no place between pieces; NOOP has", async () => {
  await chunking({ offer: { tls: "offered" } }, async (peer) => {
    await bdat(peer, "Subject: x\r\n\r\n");
    assert.match(await peer.ask("DATA"), /^503 5\.5\.1 Mail data is coming by BDAT/);
    assert.match(await peer.ask("RCPT TO:<c@example.net>"), /^503 5\.5\.1 Mail data is coming by BDAT/);
    assert.match(await peer.ask("MAIL FROM:<c@example.net>"), /^503 5\.5\.1 /);
    assert.match(await peer.ask("STARTTLS"), /^503 5\.5\.1 /);
    assert.match(await peer.ask("NOOP"), /^250 /);
    assert.match(await bdat(peer, "end", " LAST"), /^250 /);
  });
});

const binary = Buffer.from(Uint8Array.from({ length: 512 }, (_, at) => at % 256)).toString("latin1") + "\r\r\n\n\0\r";

test("BINARYMIME: every octet arrives as it was sent, NUL and bare CR and LF too (RFC 3030 §3)", async () => {
  await serving({ plugins: [acceptAll] }, async (served) => {
    const peer = await served.greet();
    await envelope(peer, " BODY=BINARYMIME");
    const head = "Content-Transfer-Encoding: binary\r\n\r\n";
    assert.match(await bdat(peer, head + binary.slice(0, 100)), /^250 /);
    assert.match(await bdat(peer, binary.slice(100), " LAST"), /^250 /);
    assert.equal(content(served), head + binary);
    assert.equal(served.delivered[0]?.envelope.parameters["BODY"], "BINARYMIME");
  });
});

test("BINARYMIME does not go with DATA (RFC 3030 §3)", async () => {
  await serving({ plugins: [acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    await envelope(peer, " BODY=BINARYMIME");
    assert.equal(await peer.ask("DATA"), "503 5.5.1 BODY=BINARYMIME needs BDAT");
  });
});

const refusals = [["a bare LF", "a\nb", "550 5.5.2"], ["a bare CR", "a\rb", "550 5.5.2"], [
  "NUL",
  "\0",
  "550 5.6.0",
]] as const;
for (const [what, octets, reply] of refusals) {
  test(`BDAT: without BINARYMIME a message with ${what} is refused with ${reply}, and the connection closed`, async () => {
    await chunking({}, async (peer, served) => {
      assert.ok((await bdat(peer, `Subject: x\r\n\r\n${octets}\r\n`, " LAST")).startsWith(reply));
      await peer.closed();
      assert.equal(served.delivered.length, 0);
    });
  });
}

test("BDAT and BINARYMIME are neither offered nor taken where they are switched off", async () => {
  await serving({ offer: { extensions: new Set() } }, async ({ connect }) => {
    const peer = await connect();
    assert.doesNotMatch(await peer.ask("EHLO client.test"), /CHUNKING|BINARYMIME/);
    assert.match(await peer.ask("MAIL FROM:<a@example.org> BODY=BINARYMIME"), /^5\d\d 5\.5\.4 /);
    // Who says it all the same sends the octets too.
    assert.match(await bdat(peer, commandsInside, " LAST"), /^502 5\.5\.1 /);
    assert.match(await peer.ask("NOOP"), /^250 /);
  });
});
