// Other people's servers as the next hop of our `smtp` backend.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startExim } from "../support/exim.ts";
import { startOpenSmtpd } from "../support/opensmtpd.ts";
import { startPostfix } from "../support/postfix.ts";
import { lackingRoot } from "../support/private_root.ts";
import { lacking } from "../support/programs.ts";
import { runtimes } from "../support/runtimes.ts";
import { type Behind, say, takesMail } from "./hop_promises.ts";
import { shortMessage } from "./sender_promises.ts";

/** Refusals that only its configuration makes. */
const postfixRefusals = `
message_size_limit = 100000
smtpd_recipient_restrictions = check_recipient_access inline:{ { busy@reader.test = 450 4.2.1 Not this minute } }
header_checks = regexp:{ { /^Subject: forbidden/ REJECT 5.7.1 No such words } }
`;

const refusals: readonly [title: string, forwardPath: string, lines: readonly string[], reply: RegExp][] = [
  ["a 4xx at RCPT", "busy@reader.test", shortMessage("busy"), /^450 4\.2\.1 .*Not this minute/s],
  ["a 5xx at the end of data", "reader@reader.test", shortMessage("forbidden"), /^550 5\.7\.1 .*No such words/s],
  [
    "more than its SIZE",
    "reader@reader.test",
    [...shortMessage("too-big"), ...Array.from({ length: 2000 }, () => "x".repeat(70))],
    /^552 5\.3\.4 /,
  ],
];

function more(behind: () => Behind): void {
  for (const [title, forwardPath, lines, reply] of refusals) {
    test(`${title} reaches our client`, async () => {
      assert.match(await say(behind(), forwardPath, lines), reply);
    });
  }

  test("its connections are used again", async () => {
    for (let count = 0; count < 5; count++) {
      assert.match(await say(behind(), "reader@reader.test", shortMessage(`again-${count}`)), /^250 /);
    }
    // Every message before these went the same way; a refusal may cost a connection.
    const greetings = behind().hop.log().match(/< localhost\S*: EHLO /g) ?? [];
    assert.ok(greetings.length < 3, behind().hop.log());
  });
}

for (const runtime of runtimes) {
  takesMail({
    name: "Postfix",
    skip: lacking("postfix"),
    start: (setup) => startPostfix({ ...setup, more: postfixRefusals }),
    unknown: /^550 5\.1\.1 .*User unknown in virtual mailbox table/s,
    utf8: true,
    more,
  }, runtime);
  takesMail(
    { name: "Exim", skip: lackingRoot(), start: startExim, unknown: /^550 .*no such mailbox/s, utf8: true },
    runtime,
  );
  takesMail({
    name: "OpenSMTPD",
    skip: lackingRoot(),
    start: startOpenSmtpd,
    unknown: /^550 .*Invalid recipient/s,
    utf8: false,
  }, runtime);
}
