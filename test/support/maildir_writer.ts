// A process that delivers messages into a Maildir until it is killed, and says which ones it may acknowledge.
// Arguments: state folder, Maildir, a word that makes its names its own.

import { writeSync } from "node:fs";
import { openMaildir } from "../../src/delivery/maildir.ts";
import { openSpool } from "../../src/spool/file_spool.ts";
import { spooledMessage } from "./spooled.ts";

const [state = "", maildir = "", run = ""] = process.argv.slice(2);
const spool = await openSpool(state, { memoryThreshold: 20_000 });
const opened = await openMaildir({ path: maildir });
if (spool.kind !== "spool" || opened.kind !== "delivery") throw new Error("Cannot open spool or Maildir");
const [{ spool: into }, { delivery }] = [spool, opened];

async function deliverForever(line: number): Promise<never> {
  for (let count = 0;; count++) {
    const id = `${run}-${line}-${count}`;
    const body = "0123456789abcdef\r\n".repeat((count * 997) % 5000);
    const message = await spooledMessage(into, { content: `X-Id: ${id}\r\n\r\n${body}end of ${id}\r\n` });
    const answer = await delivery.deliver(message);
    // The same instant at which a client would be told 250.
    if (answer.kind === "taken") writeSync(1, `${id}\n`);
    await message.body.discard();
  }
}

await Promise.all([1, 2, 3, 4].map(deliverForever));
