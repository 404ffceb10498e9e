// Exim as the client: the promises for every sender, and the extensions it makes use of.

import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { startExim } from "../support/exim.ts";
import type { MailServer } from "../support/mail_server.ts";
import { lackingRoot } from "../support/private_root.ts";
import { runtimes } from "../support/runtimes.ts";
import { type Pair, sends } from "./sender_promises.ts";
import { utf8Arrives } from "./utf8_message.ts";

for (const runtime of runtimes) {
  sends({ name: "Exim", skip: lackingRoot(), start: (next) => startExim({ next }), more }, runtime);
}

function more(pair: () => Pair<MailServer>): void {
  test("SMTPUTF8: address and header fields arrive as they are, by pipelined commands and BDAT", async () => {
    const { server } = pair();
    await utf8Arrives(pair());
    // `L` marks a delivery that used PIPELINING, `K` one that used CHUNKING.
    await eventually(() => `not by BDAT\n${server.log()}`, () => {
      return / => лев@reader\.test .* L K C="250 2\.0\.0 /.test(server.log()) ? true : undefined;
    });
  });
}
