// The forwarding backend in front of a scripted server.

import type { Delivered, Delivery } from "../../src/delivery/delivery.ts";
import type { HopChoice, HopSecrets } from "../../src/delivery/hop_settings.ts";
import { openSmtp } from "../../src/delivery/smtp.ts";
import type { Log } from "../../src/log/log.ts";
import { openSpool } from "../../src/spool/file_spool.ts";
import { type PeerOptions, type Script, ScriptedPeer } from "./scripted_peer.ts";
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

export interface Forwarding extends Partial<HopChoice> {
  readonly secrets?: HopSecrets;
  readonly log?: Log;
  readonly peer?: PeerOptions;
}

/** Every deadline is 10 s. */
export function forwardTo(port: number, { secrets, log, peer: _, ...choice }: Forwarding = {}): Delivery {
  const timeouts = { connect: 10_000, command: 10_000, data: 10_000 };
  return openSmtp({ host: "127.0.0.1", port, hello: "me.test", connections: 4, timeouts, ...choice }, secrets, log);
}

/** Peer and backend are stopped whatever happens. */
export async function withPeer(
  script: Script,
  use: (peer: ScriptedPeer, delivery: Delivery) => Promise<void>,
  options: Forwarding = {},
): Promise<void> {
  const { path } = options;
  const peer = await ScriptedPeer.start(script, { ...options.peer, ...(path === undefined ? {} : { path }) });
  const delivery = forwardTo(path === undefined ? peer.port : 0, options);
  try {
    await use(peer, delivery);
  } finally {
    await delivery.close();
    await peer.stop();
  }
}
