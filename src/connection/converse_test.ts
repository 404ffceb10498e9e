import assert from "node:assert/strict";
import { test } from "node:test";
import type { Load } from "../../sdk/contract/event.ts";
import type { Answer, Verdict } from "../../sdk/contract/verdict.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { serving } from "../../test/support/served.ts";
import { sendMessage, type SmtpPeer } from "../../test/support/smtp_peer.ts";

const path = { reversePath: "a@example.org", forwardPaths: ["b@example.net"] };
const message = "Subject: x\r\n\r\ntext";

async function beginData(peer: SmtpPeer): Promise<void> {
  await peer.ask("MAIL FROM:<a@example.org>");
  await peer.ask("RCPT TO:<b@example.net>");
  assert.match(await peer.ask("DATA"), /^354/);
}

test("without a plugin that accepts, nobody is a recipient", async () => {
  await serving({}, async ({ greet }) => {
    const peer = await greet();
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250/);
    assert.equal(await peer.ask("RCPT TO:<b@example.net>"), "550 5.7.1 Relaying denied");
  });
});

test("connect is told how busy the machine is, where the system says so", async () => {
  const told: unknown[] = [];
  const plugin = nativePlugin("see", {
    connect: ({ load }) => {
      told.push(load);
      return { verdict: "pass" };
    },
  });
  const load: Load = { averages: [1, 2, 3], processors: 4 };
  for (const known of [load, undefined]) {
    await serving({ plugins: [plugin], load: () => known }, async ({ greet }) => void await greet());
  }
  assert.deepEqual(told, [load, undefined]);
});

test("a message is delivered with envelope, trace and untouched content", async () => {
  await serving({ plugins: [acceptAll] }, async ({ greet, delivered }) => {
    assert.match(await sendMessage(await greet(), path, message), /^250 2\.0\.0 /);
    const [only] = delivered;
    assert.deepEqual(only?.envelope.reversePath, { localPart: "a", domain: "example.org" });
    assert.deepEqual(only?.envelope.forwardPaths, [{ localPart: "b", domain: "example.net" }]);
    assert.match(only?.text ?? "", /^Received: from client\.test [^]*\r\nSubject: x\r\n\r\ntext\r\n$/);
  });
});

test("a command that trickles in is cut off at its deadline, although octets keep coming (RFC 5321 §4.5.3.2.7)", async () => {
  await serving({ timeouts: { command: 600 } }, async ({ greet }) => {
    const peer = await greet();
    const dripping = setInterval(() => peer.send("x"), 50);
    assert.match(await peer.reply(), /^421 4\.4\.2 /);
    clearInterval(dripping);
    await peer.closed();
  });
});

test("mail data that stops coming is cut off", async () => {
  await serving({ plugins: [acceptAll], timeouts: { data: 200 } }, async ({ greet, delivered }) => {
    const peer = await greet();
    await beginData(peer);
    peer.send("Subject: x\r\n");
    assert.match(await peer.reply(), /^421 4\.4\.2 /);
    await peer.closed();
    assert.equal(delivered.length, 0);
  });
});

test("a client that does not read its replies is dropped", async () => {
  await serving({ timeouts: { write: 200, command: 60_000 } }, async ({ greet, logged }) => {
    const peer = await greet();
    peer.socket.pause();
    const flood = "NOOP\r\n".repeat(10_000);
    const gone = new Promise((resolve) => peer.socket.once("close", resolve));
    const feeding = setInterval(() => peer.socket.writableLength < 1_000_000 && peer.socket.write(flood), 1);
    while (!logged.includes("info disconnected")) await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(feeding);
    peer.destroy();
    await gone;
  });
});

test("sessions beyond the limit are told 421, the others go on", async () => {
  await serving({ maxSessions: 1 }, async ({ greet, connect }) => {
    const first = await greet();
    const second = await connect();
    await second.closed();
    assert.match(await first.ask("NOOP"), /^250/);
  });
});

test("a transaction still open at the shutdown deadline is cut off", async () => {
  await serving({ drainWithin: 200 }, async ({ greet, daemon }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<a@example.org>");
    await daemon.stop();
    assert.equal(await peer.reply(), "closed");
  });
});

const refusal: Verdict = { verdict: "reject", text: ["no", "really"] };

test("several lines of a plugin become a reply of several lines", async () => {
  await serving({ plugins: [nativePlugin("no", { mail: () => refusal })] }, async ({ greet }) => {
    const peer = await greet();
    assert.equal(await peer.ask("MAIL FROM:<a@example.org>"), "550-5.7.1 no\n550 5.7.1 really");
    assert.match(await peer.ask("NOOP"), /^250/);
  });
});

test("data_headers_end: a refusal is given at the true end of data", async () => {
  const plugin = nativePlugin("no", { data_headers_end: () => refusal });
  await serving({ plugins: [acceptAll, plugin] }, async ({ greet, delivered }) => {
    const peer = await greet();
    await beginData(peer);
    peer.send("Subject: x\r\n\r\nNOOP\r\nRSET\r\n");
    assert.equal(await peer.ask("."), "550-5.7.1 no\n550 5.7.1 really");
    assert.match(await peer.ask("NOOP"), /^250/);
    assert.equal(delivered.length, 0);
  });
});

test("data_headers_end: with disconnect the body is not even waited for", async () => {
  const plugin = nativePlugin("no", { data_headers_end: () => ({ ...refusal, disconnect: true }) as Answer });
  await serving({ plugins: [acceptAll, plugin] }, async ({ greet }) => {
    const peer = await greet();
    await beginData(peer);
    peer.send("Subject: x\r\n\r\nbody that never ends\r\n");
    assert.match(await peer.reply(), /^550-5\.7\.1 no/);
    await peer.closed();
  });
});

test("data_headers_end is asked once, with the fields, in whatever pieces they come", async () => {
  const seen: unknown[] = [];
  const plugin = nativePlugin("see", {
    data_headers_end: (event) => {
      seen.push(event.headers);
      return { verdict: "pass" };
    },
  });
  await serving({ plugins: [acceptAll, plugin] }, async ({ greet }) => {
    const peer = await greet();
    await beginData(peer);
    for (const octet of "A: 1\r\nB: 2\r\n\t3\r\n\r\nbody\r\n") {
      peer.send(octet);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.match(await peer.ask("."), /^250/);
  });
  assert.deepEqual(seen, [[["A", "1"], ["B", "2\t3"]]]);
});

test("a header section over its limit is refused at the end", async () => {
  await serving({ plugins: [acceptAll], bounds: { headerSize: 1000 } }, async ({ greet }) => {
    const reply = await sendMessage(await greet(), path, "X: y\r\n".repeat(400) + "\r\ntext");
    assert.match(reply, /^552 5\.3\.4 Header/);
  });
});

test("edits of data_post change header and envelope, and nothing else", async () => {
  const plugin = nativePlugin("edit", {
    data_post: () => ({
      verdict: "pass",
      edits: [
        { edit: "addHeader", name: "X-Seen", value: "yes" },
        { edit: "removeHeader", name: "x-old" },
        { edit: "addRecipient", forwardPath: { localPart: "c", domain: "example.net" } },
      ],
    }),
  });
  await serving({ plugins: [acceptAll, plugin] }, async ({ greet, delivered }) => {
    assert.match(await sendMessage(await greet(), path, "X-Old: 1\r\nSubject: x\r\n\r\nX-Old: body"), /^250/);
    assert.equal(delivered[0]?.envelope.forwardPaths.length, 2);
    assert.match(delivered[0]?.text ?? "", /\r\nX-Seen: yes\r\nSubject: x\r\n\r\nX-Old: body\r\n$/);
  });
});

test("queue: a plugin that accepts has taken the message itself", async () => {
  const plugin = nativePlugin("taker", { queue: () => ({ verdict: "accept", text: "taken" }) });
  await serving({ plugins: [acceptAll, plugin] }, async ({ greet, delivered }) => {
    assert.equal(await sendMessage(await greet(), path, message), "250 2.0.0 taken");
    assert.equal(delivered.length, 0);
  });
});

const onErrors = [["defer", "451 4.3.0"], ["reject", "554 5.3.0"], ["pass", "250 2.1.0"]] as const;
for (const [onError, code] of onErrors) {
  test(`a plugin that throws with onError ${onError} is ${code}, for this command only`, async () => {
    let calls = 0;
    const plugin = nativePlugin("bad", {
      mail: () => {
        if (calls++ === 0) throw new Error("boom");
        return { verdict: "pass" };
      },
    }, onError);
    await serving({ plugins: [plugin] }, async ({ greet, logged }) => {
      const peer = await greet();
      assert.ok((await peer.ask("MAIL FROM:<a@example.org>")).startsWith(code));
      assert.ok(logged.includes("error plugin failed"));
      await peer.ask("RSET");
      assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250/);
    });
  });
}

test("notes of a session last, notes of a transaction go with it, and only their plugin sees them", async () => {
  const seen: unknown[] = [];
  const writer = nativePlugin("writer", {
    mail: (event) => {
      seen.push(event.notes);
      return { verdict: "pass", notes: { session: { mails: seen.length }, transaction: { here: true } } };
    },
    rcpt: (event) => {
      seen.push(event.notes);
      return { verdict: "pass" };
    },
  });
  const other = nativePlugin("other", {
    rcpt: (event) => {
      assert.equal(event.notes, undefined);
      return { verdict: "accept" };
    },
  });
  await serving({ plugins: [writer, other] }, async ({ greet }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<a@example.org>");
    await peer.ask("RCPT TO:<b@example.net>");
    await peer.ask("RSET");
    await peer.ask("MAIL FROM:<a@example.org>");
  });
  assert.deepEqual(seen, [
    undefined,
    { session: { mails: 1 }, transaction: { here: true } },
    { session: { mails: 1 } },
  ]);
});

test("reset_transaction and disconnect are told, once each", async () => {
  const told: string[] = [];
  const tell = (hook: string) => (): Answer => {
    told.push(hook);
    return { verdict: "pass" };
  };
  const plugin = nativePlugin("ear", { reset_transaction: tell("reset"), disconnect: tell("disconnect") });
  await serving({ plugins: [acceptAll, plugin] }, async ({ greet }) => {
    const peer = await greet();
    await sendMessage(peer, path, message);
    await peer.ask("RSET");
    await peer.ask("QUIT");
    await peer.closed();
  });
  assert.deepEqual(told, ["reset", "disconnect"]);
});

test("what the backend says is what the client is told", async () => {
  const rows = [
    [{ kind: "refused", code: 550, status: "5.1.1", text: ["no such user"] }, "550 5.1.1 no such user"],
    [{ kind: "refused", code: 450, status: "4.2.1", text: ["busy"] }, "450 4.2.1 busy"],
    [{ kind: "full" }, "452 4.3.1 Not enough storage, try again later"],
    [{ kind: "failed", message: "secret path" }, "451 4.3.0 Internal error, try again later"],
  ] as const;
  for (const [delivered, expected] of rows) {
    await serving({ plugins: [acceptAll], deliver: () => Promise.resolve(delivered) }, async ({ greet }) => {
      assert.equal(await sendMessage(await greet(), path, message), expected);
    });
  }
});

test("any chunking of a pipelined dialogue gives the same replies", async () => {
  const script = [
    "EHLO client.test\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n",
    "Subject: x\r\n\r\n..dots\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nBOGUS\r\nQUIT\r\n",
  ].join("");
  await serving({ plugins: [acceptAll], offer: { pipelining: "allow" } }, async ({ connect, delivered }) => {
    for (const size of [1, 2, 3, 7, 50, script.length]) {
      const peer = await connect();
      for (let from = 0; from < script.length; from += size) {
        peer.send(script.slice(from, from + size));
        if (size < 50) await new Promise((resolve) => setImmediate(resolve));
      }
      const codes: string[] = [];
      for (let count = 0; count < 9; count++) codes.push((await peer.reply()).slice(0, 3));
      assert.deepEqual(codes, ["250", "250", "250", "354", "250", "250", "250", "500", "221"], `pieces of ${size}`);
      await peer.closed();
    }
    assert.ok(delivered.every(({ text }) => text.endsWith("\r\n\r\n.dots\r\n")));
  });
});
