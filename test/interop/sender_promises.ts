// What must hold for mail from every other mail server, whichever it is: rows for postfix, exim and opensmtpd.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { belowTrace, fates, type FrontDoor, startFrontDoor } from "../support/front_door.ts";
import type { MailServer } from "../support/mail_server.ts";
import { asContent, awkwardMessage } from "../support/messages.ts";
import type { Runtime } from "../support/runtimes.ts";
import { submit } from "../support/submit.ts";

/** A front door, and somebody else's server that sends all its mail there. */
export interface Pair<Server extends MailServer> {
  readonly door: FrontDoor;
  readonly server: Server;
}

export interface Sender<Server extends MailServer> {
  readonly name: string;
  readonly skip: string | false;
  start(next: number): Promise<Server>;
  /** What this server can do and others cannot. */
  more?(pair: () => Pair<Server>): void;
}

/** Declares the tests; those of one runtime run side by side, as most of their time is waiting. */
export function sends<Server extends MailServer>(sender: Sender<Server>, runtime: Runtime): void {
  describe(`${sender.name} sends to ${runtime.name}`, { skip: sender.skip, concurrency: true }, () => {
    let door: FrontDoor | undefined;
    let server: Server | undefined;
    const running = (): Pair<Server> => {
      assert.ok(door !== undefined && server !== undefined);
      return { door, server };
    };
    before(async () => {
      door = await startFrontDoor(runtime);
      server = await sender.start(door.port);
    });
    after(async () => {
      await server?.stop();
      assert.equal(await door?.stop(), 0, door?.output());
      assert.doesNotMatch(door?.output() ?? "", /plugin failed|a bug/);
    });
    arrives(running);
    isTriedAgain(running);
    isReturned(running);
    sender.more?.(running);
  });
}

/** Waits for the one message about the subject. */
export async function delivered({ door, server }: Pair<MailServer>, subject: string): Promise<string> {
  const about = await eventually(() => `${subject} did not arrive\n${server.log()}\n${door.output()}`, () => {
    const found = door.about(subject);
    return found.length > 0 ? found : undefined;
  });
  assert.equal(about.length, 1, `${subject} arrived ${about.length} times`);
  return about[0] ?? "";
}

export function shortMessage(subject: string): readonly string[] {
  return [
    "From: <author@sender.test>",
    "Date: Sun, 22 Nov 2026 12:00:00 +0000",
    `Message-ID: <${subject}@sender.test>`,
    `Subject: ${subject}`,
    "",
    "short",
  ];
}

function arrives(pair: () => Pair<MailServer>): void {
  test("a message arrives octet for octet, dots, tabs, folds and long lines too", async () => {
    const lines = awkwardMessage("whole");
    await submit(pair().server, {
      reversePath: "author@sender.test",
      forwardPaths: ["reader@reader.test"],
      lines,
    });
    assert.equal(belowTrace(await delivered(pair(), "awkward whole")), asContent(lines));
  });

  test("8-bit octets arrive as they are", async () => {
    const lines = [...shortMessage("eight"), "na\xefve caf\xe9 \xff\xfe\x80"];
    await submit(pair().server, {
      reversePath: "author@sender.test",
      forwardPaths: ["reader@reader.test"],
      parameters: " BODY=8BITMIME",
      lines,
      octets: true,
    });
    assert.equal(belowTrace(await delivered(pair(), "eight")), asContent(lines));
  });

  test("a megabyte arrives whole", async () => {
    const lines = [...shortMessage("large"), ...Array.from({ length: 15_000 }, (_, row) => `${row} `.padEnd(70, "x"))];
    const forwardPaths = ["one@reader.test", "two@reader.test", "three@reader.test"];
    await submit(pair().server, { reversePath: "author@sender.test", forwardPaths, lines });
    const text = await delivered(pair(), "large");
    assert.equal(belowTrace(text), asContent(lines));
  });
}

function isTriedAgain(pair: () => Pair<MailServer>): void {
  for (
    const [title, localPart, text] of [
      ["RCPT", fates.later, "Please come again"],
      ["the end of data", fates.laterContent, "Not now"],
    ] as const
  ) {
    test(`451 at ${title}: the message waits there, comes again, and arrives once`, async () => {
      const { door, server } = pair();
      await submit(server, {
        reversePath: "author@sender.test",
        forwardPaths: [`${localPart}@reader.test`],
        lines: shortMessage(localPart),
      });
      await eventually(() => `never deferred\n${door.output()}`, () => {
        return door.output().includes(`why="${text}"`) ? true : undefined;
      });
      await eventually(() => `${localPart} did not come again\n${server.log()}\n${door.output()}`, async () => {
        if (door.about(localPart).length > 0) return true;
        await server.flush();
        return undefined;
      });
      await delivered(pair(), localPart);
    });
  }
}

function isReturned(pair: () => Pair<MailServer>): void {
  for (
    const [title, localPart, text] of [
      ["RCPT", fates.refused, "Nobody of that name"],
      ["the end of data", fates.refusedContent, "Not such words"],
    ] as const
  ) {
    test(`550 at ${title}: the author gets the message back, with our words`, async () => {
      const { door, server } = pair();
      await submit(server, {
        reversePath: "author@sender.test",
        forwardPaths: [`${localPart}@reader.test`],
        lines: shortMessage(localPart),
      });
      await eventually(() => `no bounce\n${server.log()}\n${door.output()}`, () => {
        const bounces = server.mailbox("author").filter((bounce) => bounce.includes(`${localPart}@reader.test`));
        return bounces.some((bounce) => bounce.replace(/\s+/g, " ").includes(text)) ? true : undefined;
      });
      assert.deepEqual(door.about(localPart), []);
    });
  }
}
