// Postfix as the client: the promises for every sender, and the extensions it makes use of.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { belowTrace } from "../support/front_door.ts";
import { asContent } from "../support/messages.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { lacking } from "../support/programs.ts";
import { runtimes } from "../support/runtimes.ts";
import { delivered, type Pair, sends, shortMessage } from "./sender_promises.ts";
import { utf8Arrives } from "./utf8_message.ts";

for (const runtime of runtimes) {
  sends({ name: "Postfix", skip: lacking("postfix"), start: (next) => startPostfix({ next }), more }, runtime);
}

function more(pair: () => Pair<Postfix>): void {
  test("what its sendmail command takes arrives, by a pipelined dialogue", async () => {
    const { server } = pair();
    const lines = shortMessage("sendmail");
    const sent = await server.sendmail(
      ["-i", "-f", "author@sender.test", "reader@reader.test"],
      `${lines.join("\n")}\n`,
    );
    assert.equal(sent.code, 0, sent.stderr);
    assert.equal(belowTrace(await delivered(pair(), "sendmail")), asContent(lines));
    // RFC 2920 §3.1: the client sent three commands before it had a reply to any.
    const sentTogether = /> MAIL FROM:[^\n]*\n> RCPT TO:[^\n]*\n> DATA\n< 250 [^\n]*\n< 250 [^\n]*\n< 354 /;
    await eventually(() => `not pipelined\n${server.log()}`, () => {
      return server.dialogues().some((lines) => sentTogether.test(lines.join("\n"))) ? true : undefined;
    });
  });

  test("8BITMIME is asked for where the message needs it", async () => {
    await eventually(() => `no BODY=8BITMIME\n${pair().server.log()}`, () => {
      const said = pair().server.dialogues().flat();
      return said.some((line) => /^> MAIL FROM:.* BODY=8BITMIME/.test(line)) ? true : undefined;
    });
  });

  test("a connection that is left open takes the next message too", async () => {
    const { server } = pair();
    let count = 0;
    // It is left open for two seconds, within which the next must come.
    await eventually(server.log, async () => {
      const subject = `again-${count++}`;
      const args = ["-i", "-f", "author@sender.test", "reader@reader.test"];
      await server.sendmail(args, shortMessage(subject).join("\n"));
      await delivered(pair(), subject);
      return /conn_use=\d+,.* status=sent/.test(server.log()) || undefined;
    });
  });

  test("SMTPUTF8: address and header fields arrive as they are", () => utf8Arrives(pair()));
}
