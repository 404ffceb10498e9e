// The forwarding backend in front of a scripted server.

import type { Delivered, Delivery } from "../../src/delivery/delivery.ts";
import type { SmtpOptions } from "../../src/delivery/hop_greeting.ts";
import { openSmtp } from "../../src/delivery/smtp.ts";
import { openSpool } from "../../src/spool/file_spool.ts";
import { type Script, ScriptedPeer } from "./scripted_peer.ts";
import { type MessageParts, spooledMessage } from "./spooled.ts";
import { temporaryFolder } from "./temporary_folder.ts";

const content = "Subject: x\r\n\r\nbody\r\n";

/** Spools and delivers a message of 20 octets, or what the parts say. */
export async function deliver(delivery: Delivery, parts: Partial<MessageParts> = {}): Promise<Delivered> {
  const spool = await openSpool(temporaryFolder());
  if (spool.kind !== "spool") throw new Error(spool.message);
  const message = await spooledMessage(spool.spool, { content, ...parts });
  const answer = await delivery.deliver(message);
  await message.body.discard();
  return answer;
}

/** Every deadline is 2 s. */
export function forwardTo(port: number, options: Partial<SmtpOptions> = {}): Delivery {
  const timeouts = { connect: 2000, command: 2000, data: 2000 };
  return openSmtp({ host: "127.0.0.1", port, hello: "me.test", connections: 4, timeouts, ...options });
}

/** Peer and backend are stopped whatever happens. */
export async function withPeer(
  script: Script,
  use: (peer: ScriptedPeer, delivery: Delivery) => Promise<void>,
  options: Partial<SmtpOptions> = {},
): Promise<void> {
  const peer = await ScriptedPeer.start(script);
  const delivery = forwardTo(peer.port, options);
  try {
    await use(peer, delivery);
  } finally {
    await delivery.close();
    await peer.stop();
  }
}
