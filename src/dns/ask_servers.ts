// One question, asked of the servers in turn until one of them answers it.

import { type Exchange, failure } from "./exchange.ts";
import { interpret } from "./interpret.ts";
import { makeQuery, type Message, type Question } from "./message.ts";
import { type Answered, type Unanswered, unanswered } from "./resolver.ts";
import { isLoopback, type ServerAddress } from "./server_address.ts";
import type { ServerOrder } from "./server_order.ts";
import { askByTcp } from "./tcp.ts";
import { askByUdp } from "./udp.ts";

export interface AskOptions {
  readonly order: ServerOrder;
  /** Milliseconds for one server to answer once. */
  readonly tryTimeout: number;
  /** How often the whole list is gone through while nobody answers. */
  readonly attempts: number;
  /** Whether the AD bit of servers on other machines counts. */
  readonly trustAd: boolean;
}

export type Asked = { readonly kind: "asked"; readonly answer: Answered; readonly octets: number } | Unanswered;

/** These say nothing about the name: another server may know better. */
const unhelpful = ["FORMERR", "SERVFAIL", "NOTIMP", "REFUSED"];

/** The first useful answer; else the first that a server gave; else what the last one did. Ends soon after the signal. */
export async function askServers(question: Question, options: AskOptions, signal: AbortSignal): Promise<Asked> {
  let last = unanswered("network", "no name server is configured");
  for (let attempt = 0; attempt < options.attempts; attempt++) {
    let second: Asked | undefined;
    for (const server of options.order.list()) {
      const outcome = await askServer(server, question, options.tryTimeout, signal);
      if (signal.aborted) return unanswered("aborted", last.message);
      options.order.note(server, outcome.kind === "failed");
      if (outcome.kind === "failed") {
        last = outcome;
        continue;
      }
      const answer = interpret(question, outcome, options.trustAd || isLoopback(server.address));
      const asked: Asked = { kind: "asked", answer, octets: outcome.octets };
      if (!unhelpful.includes(outcome.rcode)) return asked;
      second ??= asked;
    }
    if (second !== undefined) return second;
  }
  return last;
}

async function askServer(
  server: ServerAddress,
  question: Question,
  timeout: number,
  signal: AbortSignal,
): Promise<Message | Unanswered> {
  const outcome = await askOnce(server, question, { timeout, signal, extended: true });
  // A server from before EDNS. RFC 6891 §7.
  if (outcome.kind === "message" && (outcome.rcode === "FORMERR" || outcome.rcode === "NOTIMP")) {
    return await askOnce(server, question, { timeout, signal, extended: false });
  }
  return outcome;
}

interface Once {
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly extended: boolean;
}

async function askOnce(server: ServerAddress, question: Question, once: Once): Promise<Message | Unanswered> {
  const byUdp = await askByUdp(server, makeQuery(question, once.extended), once);
  if (byUdp.kind !== "truncated") return byUdp;
  // RFC 7766 §5. What the datagram held is not used.
  return whole(server, await askByTcp(server, makeQuery(question, once.extended), once));
}

function whole(server: ServerAddress, outcome: Exchange): Message | Unanswered {
  return outcome.kind === "truncated" ? failure("malformed", server, "cut short by TCP") : outcome;
}
