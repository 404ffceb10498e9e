// What must hold when mail goes on to another mail server, whichever it is: rows for postfix, exim and opensmtpd.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { belowTrace, type FrontDoor, startFrontDoor } from "../support/front_door.ts";
import { type MailServer, type MailServerSetup, utf8Mailbox } from "../support/mail_server.ts";
import { asContent, asMailData, awkwardMessage } from "../support/messages.ts";
import type { Runtime } from "../support/runtimes.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { shortMessage } from "./sender_promises.ts";
import { utf8Lines } from "./utf8_message.ts";

export interface Behind {
  readonly door: FrontDoor;
  readonly hop: MailServer;
}

export interface Hop {
  readonly name: string;
  readonly skip: string | false;
  start(setup: MailServerSetup): Promise<MailServer>;
  /** What it says to a recipient whom it does not know, with an enhanced status code in front if it has none. */
  readonly unknown: RegExp;
  /** Whether it offers SMTPUTF8. */
  readonly utf8: boolean;
  /** What this server can do and others cannot. */
  more?(behind: () => Behind): void;
}

/** Declares the tests, with our `smtp` backend in front of the server. */
export function takesMail(hop: Hop, runtime: Runtime): void {
  describe(`${hop.name} behind ${runtime.name}`, { skip: hop.skip }, () => {
    let server: MailServer | undefined;
    let door: FrontDoor | undefined;
    const running = (): Behind => {
      assert.ok(door !== undefined && server !== undefined);
      return { door, hop: server };
    };
    before(async () => {
      server = await hop.start({ domain: "reader.test" });
      door = await startFrontDoor(runtime, { top: smtpBackend(server.port) });
    });
    after(async () => {
      assert.equal(await door?.stop(), 0, door?.output());
      assert.doesNotMatch(door?.output() ?? "", /plugin failed|a bug/);
      await server?.stop();
    });

    test("a message arrives in its mailbox octet for octet", async () => {
      const lines = awkwardMessage("behind");
      assert.match(await say(running(), "reader@reader.test", lines), /^250 2\.0\.0 /);
      assert.equal(belowTrace(await inMailbox(running(), "reader", "awkward behind")), asContent(lines));
    });

    test("its refusal of a recipient reaches our client in its own words", async () => {
      const reply = await say(running(), "stranger@reader.test", shortMessage("stranger"));
      assert.match(reply, hop.unknown);
    });

    test(hop.utf8 ? "SMTPUTF8 goes through" : "SMTPUTF8 which it lacks is our refusal", async () => {
      const lines = utf8Lines("utf8");
      const reply = await say(running(), `${utf8Mailbox}@reader.test`, lines, " BODY=8BITMIME SMTPUTF8");
      if (!hop.utf8) return assert.match(reply, /^553 5\.6\.7 /);
      assert.match(reply, /^250 /);
      const text = Buffer.from(await inMailbox(running(), utf8Mailbox, "utf8"), "latin1").toString("utf8");
      assert.equal(belowTrace(text), asContent(lines));
    });
    hop.more?.(running);
  });
}

/** TOML for a next hop on loopback. */
export function smtpBackend(port: number): string {
  return `[delivery]\nbackend = "smtp"\n[delivery.smtp]\nhost = "127.0.0.1"\nport = ${port}`;
}

/** One message in a session of its own; gives the reply to its end, or the refusal before it. */
export async function say(
  { door }: Behind,
  forwardPath: string,
  lines: readonly string[],
  parameters = "",
): Promise<string> {
  const peer = await connectPeer(door.port);
  try {
    await peer.reply();
    await peer.ask("EHLO client.sender.test");
    for (const line of [`MAIL FROM:<author@sender.test>${parameters}`, `RCPT TO:<${forwardPath}>`, "DATA"]) {
      const reply = await peer.ask(line);
      if (!/^[23]/.test(reply)) return reply;
    }
    peer.send(asMailData(lines));
    return await peer.ask(".");
  } finally {
    peer.destroy();
  }
}

/** Waits for the one message about the subject; with CRLF, whatever the server wrote. */
export async function inMailbox({ door, hop }: Behind, localPart: string, subject: string): Promise<string> {
  return await eventually(() => `${subject} did not arrive\n${hop.log()}\n${door.output()}`, () => {
    const found = hop.mailbox(localPart).map((text) => text.replace(/\r?\n/g, "\r\n"))
      .filter((text) => text.includes(`\r\nSubject: ${subject}\r\n`));
    assert.ok(found.length < 2, `${subject} arrived ${found.length} times`);
    return found[0];
  });
}
