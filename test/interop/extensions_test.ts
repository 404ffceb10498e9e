// DSN carried from Postfix through the front door to Postfix, notifications that come back, and LMTP.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { belowTrace, fates, type FrontDoor, startFrontDoor } from "../support/front_door.ts";
import { freePort } from "../support/loopback_port.ts";
import { asContent } from "../support/messages.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { lacking } from "../support/programs.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { submit } from "../support/submit.ts";
import { swaks } from "../support/swaks.ts";
import { smtpBackend } from "./hop_promises.ts";
import { delivered, shortMessage } from "./sender_promises.ts";

/** What a hop does with DSN, and what the author must then hear. */
const hops: readonly [title: string, more: string, carried: boolean, action: RegExp][] = [
  ["offers DSN: it notifies", "", true, /^Action: delivered\s*$/m],
  ["does not: we notify", "smtpd_discard_ehlo_keywords = dsn", false, /^Action: relayed\s*$/m],
];

function notified(runtime: Runtime): void {
  for (const [title, more, carried, action] of hops) {
    describe(`DSN through ${runtime.name}, the next hop ${title}`, { skip: lacking("postfix") }, () => {
      let hop: Postfix;
      let sender: Postfix;
      let door: FrontDoor;
      before(async () => {
        // The notification takes the same way back: from the hop to the sender.
        const port = await freePort();
        hop = await startPostfix({ domain: "reader.test", next: port, more });
        door = await startFrontDoor(runtime, { top: smtpBackend(hop.port) });
        sender = await startPostfix({ port, next: door.port });
      });
      after(async () => {
        assert.equal(await door.stop(), 0, door.output());
        assert.doesNotMatch(door.output(), /plugin failed|a bug/);
        await Promise.all([sender.stop(), hop.stop()]);
      });

      test("the author gets the one success notification that was asked for", async () => {
        await submit(sender, {
          reversePath: "author@sender.test",
          forwardPaths: ["reader@reader.test"],
          parameters: " RET=HDRS ENVID=QQ314159",
          rcptParameters: " NOTIFY=SUCCESS ORCPT=rfc822;reader@reader.test",
          lines: shortMessage("dsn"),
        });
        const notice = await eventually(() => `no notice\n${sender.log()}\n${door.output()}\n${hop.log()}`, () => {
          return sender.mailbox("author").find((text) => action.test(text));
        });
        assert.match(notice, /^Original-Envelope-Id: QQ314159\s*$/m);
        assert.match(notice, /^Original-Recipient: rfc822; ?reader@reader\.test\s*$/m);
        await eventually(hop.log, () => hop.mailbox("reader").length > 0 || undefined);
        assert.equal(hop.mailbox("reader").length, 1);
        const heard = hop.log();
        for (const parameter of [/MAIL FROM:.* ENVID=QQ314159/, /MAIL FROM:.* RET=HDRS/, /RCPT TO:.* NOTIFY=SUCCESS/]) {
          assert.equal(parameter.test(heard), carried, heard);
        }
        assert.equal(sender.mailbox("author").length, 1);
      });
    });
  }
}

function byLmtp(runtime: Runtime): void {
  describe(`LMTP on ${runtime.name}`, { skip: lacking("postfix", "swaks") }, () => {
    let door: FrontDoor;
    before(async () => {
      door = await startFrontDoor(runtime, { listeners: `[[listener]]\naddress = "127.0.0.1:0"\nmode = "lmtp"\n` });
    });
    after(async () => {
      assert.equal(await door.stop(), 0, door.output());
      assert.doesNotMatch(door.output(), /plugin failed|a bug/);
    });

    test("swaks: a reply for each recipient after the end of data", async () => {
      const to = ["--to", "one@reader.test,two@reader.test"];
      const sent = await swaks(door.port, "lmtp", "--protocol", "LMTP", ...to);
      assert.equal(sent.code, 0, sent.stdout + sent.stderr);
      assert.match(sent.stdout, /^ -> \.\n<- {2}250 2\.\d\.\d [^\n]*\n<- {2}250 2\.\d\.\d [^\n]*\n -> QUIT$/m);
      assert.match(door.about("lmtp")[0] ?? "", /\swith LMTP id /);
    });

    test("Postfix's lmtp: one recipient is refused and comes back, the other has the message", async () => {
      const server = await startPostfix({ more: `default_transport = lmtp:inet:[127.0.0.1]:${door.port}` });
      try {
        const lines = shortMessage("lmtp-postfix");
        await submit(server, {
          reversePath: "author@sender.test",
          forwardPaths: ["reader@reader.test", `${fates.refused}@reader.test`],
          lines,
        });
        assert.equal(belowTrace(await delivered({ server, door }, "lmtp-postfix")), asContent(lines));
        await eventually(() => `no bounce\n${server.log()}`, () => {
          return server.mailbox("author").find((text) => text.includes("Nobody of that name"));
        });
      } finally {
        await server.stop();
      }
    });
  });
}

for (const runtime of runtimes) {
  describe(`extensions on ${runtime.name}`, { concurrency: true }, () => {
    notified(runtime);
    byLmtp(runtime);
  });
}
