import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import type { SmtpPeer } from "../../test/support/smtp_peer.ts";
import type { Extension } from "../smtp/extensions.ts";

const everything: ReadonlySet<Extension> = new Set(
  ["CHUNKING", "DSN", "REQUIRETLS", "MT-PRIORITY", "DELIVERBY", "FUTURERELEASE"] as const,
);

function offering(
  extensions: Iterable<Extension>,
  talk: (peer: SmtpPeer, served: Served) => Promise<void>,
): Promise<void> {
  return serving({ plugins: [acceptAll], offer: { extensions: new Set(extensions) } }, async (served) => {
    await talk(await served.connect(), served);
  });
}

async function send(peer: SmtpPeer, mail: string, ...recipients: readonly string[]): Promise<string> {
  assert.match(await peer.ask(`MAIL FROM:<a@example.org>${mail}`), /^250 /, mail);
  for (const recipient of recipients) assert.match(await peer.ask(`RCPT TO:${recipient}`), /^250 /, recipient);
  await peer.ask("DATA");
  return await peer.ask("Subject: x\r\n\r\ntext\r\n.");
}

test("EHLO lists what is offered, word by word", async () => {
  await offering(everything, async (peer) => {
    assert.deepEqual((await peer.ask("EHLO client.test")).split("\n").slice(1).map((line) => line.slice(4)), [
      "PIPELINING",
      "SIZE 1000000",
      "8BITMIME",
      "SMTPUTF8",
      "CHUNKING",
      "BINARYMIME",
      "DSN",
      "MT-PRIORITY",
      "DELIVERBY",
      "FUTURERELEASE 604800 9999-12-31T23:59:59Z",
      "LIMITS RCPTMAX=10 MAILMAX=1000",
      "ENHANCEDSTATUSCODES",
    ]);
  });
});

test("DSN: RET and ENVID go with the message, NOTIFY and ORCPT with their recipient (RFC 3461 §4)", async () => {
  await offering(everything, async (peer, { delivered }) => {
    await peer.ask("EHLO client.test");
    const recipients = [
      "<b@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;B+40example.net",
      "<c@example.net>",
      "<d@example.net> NOTIFY=NEVER",
    ];
    assert.match(await send(peer, " RET=HDRS ENVID=QQ+2B1", ...recipients), /^250 /);
    const envelope = delivered[0]?.envelope;
    assert.deepEqual(envelope?.parameters, { RET: "HDRS", ENVID: "QQ+2B1" });
    assert.deepEqual(envelope?.forwardPaths.map(({ localPart, parameters }) => [localPart, parameters]), [
      ["b", { NOTIFY: "SUCCESS,DELAY", ORCPT: "rfc822;B+40example.net" }],
      ["c", undefined],
      ["d", { NOTIFY: "NEVER" }],
    ]);
  });
});

test("MT-PRIORITY, DELIVERBY and FUTURERELEASE are carried when they are switched on", async () => {
  await offering(everything, async (peer, { delivered }) => {
    await peer.ask("EHLO client.test");
    await send(peer, " MT-PRIORITY=3 BY=120;R HOLDFOR=60", "<b@example.net>");
    assert.deepEqual(delivered[0]?.envelope.parameters, { "MT-PRIORITY": "3", "BY": "120;R", "HOLDFOR": "60" });
  });
});

const parameters = ["RET=FULL", "ENVID=x", "MT-PRIORITY=3", "BY=120;R", "HOLDFOR=60", "BODY=BINARYMIME", "REQUIRETLS"];
test("what is not offered is refused, be it understood or not (RFC 5321 §4.1.1.11)", async () => {
  await offering([], async (peer) => {
    assert.doesNotMatch(
      await peer.ask("EHLO client.test"),
      /CHUNKING|BINARYMIME|DSN|MT-PRIORITY|DELIVERBY|FUTURERELEASE|REQUIRETLS/,
    );
    for (const parameter of [...parameters, "COLOUR=red"]) {
      const reply = await peer.ask(`MAIL FROM:<a@example.org> ${parameter}`);
      assert.match(reply, /^(?:555|501|504) 5\.5\.4 /, `${parameter}: ${reply}`);
    }
    await peer.ask("MAIL FROM:<a@example.org>");
    assert.match(await peer.ask("RCPT TO:<b@example.net> NOTIFY=NEVER"), /^555 5\.5\.4 /);
  });
});

test("parameters after HELO are refused (RFC 5321 §4.1.1.1)", async () => {
  await offering(everything, async (peer) => {
    await peer.ask("HELO client.test");
    assert.match(await peer.ask("MAIL FROM:<a@example.org> SIZE=1"), /^555 5\.5\.4 /);
  });
});

test("SIZE: declared too large is refused at MAIL, grown too large at the end (RFC 1870 §6)", async () => {
  await serving({ plugins: [acceptAll], offer: { maxMessageSize: 1000 } }, async ({ greet, delivered }) => {
    const peer = await greet();
    assert.match(await peer.ask("MAIL FROM:<a@example.org> SIZE=1001"), /^552 5\.3\.4 /);
    assert.match(await peer.ask("MAIL FROM:<a@example.org> SIZE=1000"), /^250 /);
    await peer.ask("RCPT TO:<b@example.net>");
    await peer.ask("DATA");
    assert.match(await peer.ask(`Subject: x\r\n\r\n${"y".repeat(1000)}\r\n.`), /^552 5\.3\.4 /);
    assert.match(await peer.ask("NOOP"), /^250 /);
    assert.equal(delivered.length, 0);
  });
});

test("SMTPUTF8: addresses beyond ASCII need the parameter, and the promise goes with the message (RFC 6531 §3.4)", async () => {
  await offering([], async (peer, { delivered }) => {
    await peer.ask("EHLO client.test");
    assert.match(await peer.ask("MAIL FROM:<jörg@example.org>"), /^550 5\.6\.7 /);
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<jörg@example.net>"), /^553 5\.6\.7 /);
    await peer.ask("RSET");
    assert.match(await send(peer, " SMTPUTF8 BODY=8BITMIME", "<jörg@müller.example>"), /^250 /);
    assert.deepEqual(delivered[0]?.envelope.parameters, { SMTPUTF8: true, BODY: "8BITMIME" });
    assert.equal(delivered[0]?.envelope.forwardPaths[0]?.localPart, "jörg");
    assert.match(delivered[0]?.text ?? "", /with UTF8SMTP\b/);
  });
});

test("8BITMIME: octets above 127 arrive as they are (RFC 6152)", async () => {
  await offering([], async (peer, { delivered }) => {
    await peer.ask("EHLO client.test");
    await peer.ask("MAIL FROM:<a@example.org> BODY=8BITMIME");
    await peer.ask("RCPT TO:<b@example.net>");
    await peer.ask("DATA");
    peer.send(Uint8Array.of(65, 58, 13, 10, 13, 10, 128, 255, 192, 13, 10, 46, 13, 10));
    assert.match(await peer.reply(), /^250 /);
    assert.ok(delivered[0]?.text.endsWith("A:\r\n\r\n\x80\xff\xc0\r\n"));
  });
});

test("plugins see the parameters of MAIL and of RCPT", async () => {
  const seen: unknown[] = [];
  const ear = nativePlugin("ear", {
    mail: ({ parameters }) => {
      seen.push(parameters);
      return { verdict: "pass" };
    },
    rcpt: ({ parameters }) => {
      seen.push(parameters);
      return { verdict: "accept" };
    },
  });
  const options: Serving = { plugins: [ear], offer: { extensions: everything } };
  await serving(options, async ({ greet }) => {
    await send(await greet(), " RET=HDRS", "<b@example.net> NOTIFY=NEVER");
    assert.deepEqual(seen, [{ RET: "HDRS" }, { NOTIFY: "NEVER" }]);
  });
});

test("ENHANCEDSTATUSCODES: on every reply but greeting, hello and 354 (RFC 2034 §4)", async () => {
  await offering(everything, async (peer) => {
    const said: string[] = [];
    const lines = [
      ...["BOGUS", "MAIL", "NOOP", "HELP", "VRFY x", "RSET", "RCPT TO:<x@y.test>", "DATA", "STARTTLS", "AUTH PLAIN"],
      ...["BDAT 0", "MAIL FROM:<>", "RCPT TO:<x@y.test>", "RCPT TO:<x@y.test> X=1", "MAIL FROM:<>", "VRFY"],
    ];
    await peer.ask("EHLO client.test");
    for (const line of lines) said.push(await peer.ask(line));
    await peer.ask("DATA");
    said.push(await peer.ask("A: b\r\n\r\n."));
    said.push(await peer.ask("QUIT"));
    for (const [at, reply] of said.entries()) {
      for (const line of reply.split("\n")) {
        assert.match(line, /^([245])\d\d[ -]\1\.\d{1,3}\.\d{1,3} /, `${lines[at]}: ${line}`);
      }
    }
  });
});
