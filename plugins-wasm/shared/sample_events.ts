// For tests: the events that many plugins are asked with.

import type { ConnectEvent, MailEvent } from "#sdk";
import { connectEvent, mailEvent } from "#sdk/testing";

/** A client of this address connects; `session` is what else is known of it. */
export function connectFrom(address: string, session: Partial<ConnectEvent["session"]> = {}): ConnectEvent {
  const event = connectEvent();
  return { ...event, session: { ...event.session, ...session, client: { address, port: 50_000 } } };
}

/** A reverse-path of this domain. */
export function mailFrom(domain: string): MailEvent {
  return mailEvent({ reversePath: { localPart: "a", domain } });
}
