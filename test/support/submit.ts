// Puts a message into somebody else's mail server, octet for octet.

import assert from "node:assert/strict";
import type { MailServer } from "./mail_server.ts";
import { asMailData } from "./messages.ts";
import { connectPeer } from "./smtp_peer.ts";

export interface Submission {
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  /** Parameters of MAIL: ` BODY=8BITMIME SMTPUTF8`. */
  readonly parameters?: string;
  /** Parameters of every RCPT. */
  readonly rcptParameters?: string;
  /** Lines without their CRLF; sent as UTF-8 unless `octets`. */
  readonly lines: readonly string[];
  /** The lines are latin1 text that stands for octets. */
  readonly octets?: boolean;
}

/** Fails unless the server takes it, and shows what the server logged. */
export async function submit(server: MailServer, submission: Submission): Promise<void> {
  await offer(server.port, submission).catch((problem: unknown) => {
    throw new Error(`Not taken on port ${server.port}:\n${server.log()}`, { cause: problem });
  });
}

async function offer(port: number, submission: Submission): Promise<void> {
  const { reversePath, forwardPaths, parameters = "", rcptParameters = "", lines, octets = false } = submission;
  const peer = await connectPeer(port);
  try {
    assert.match(await peer.reply(), /^220/);
    assert.match(await peer.ask("EHLO client.sender.test"), /^250/);
    assert.match(await peer.ask(`MAIL FROM:<${reversePath}>${parameters}`), /^250/);
    for (const path of forwardPaths) assert.match(await peer.ask(`RCPT TO:<${path}>${rcptParameters}`), /^25/);
    assert.match(await peer.ask("DATA"), /^354/);
    peer.send(Buffer.from(asMailData(lines), octets ? "latin1" : "utf8"));
    assert.match(await peer.ask("."), /^250/);
    await peer.ask("QUIT");
  } finally {
    peer.destroy();
  }
}
