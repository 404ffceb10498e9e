// What may be told of sessions, as attributes: no credentials and no content; mailboxes and plugins' words if wanted.

import type { HostRequest } from "../hooks/askable.ts";
import { formatMailbox } from "../smtp/path.ts";
import type { Session } from "../smtp/session.ts";
import type { Transaction } from "../smtp/transaction.ts";
import type { Found } from "../watch/watch.ts";
import type { Attributes } from "./span.ts";

/** Characters of a text, and addresses of a transaction. */
const longest = 256;
const mostAddresses = 10;

/** Names as in OpenTelemetry's semantic conventions, where there is one. */
export function describeSession({ id, client, server, tls, hello, user, ...counts }: Session): Attributes {
  return {
    "network.protocol.name": "smtp",
    "network.transport": "tcp",
    "client.address": client.address,
    "client.port": client.port,
    "server.port": server.port,
    "smtp.session": id,
    "smtp.commands": counts.commands,
    "smtp.refusals": counts.refusals,
    "smtp.transactions": counts.transactions,
    "smtp.authenticated": user !== undefined,
    ...(hello && { "smtp.hello": hello.verb }),
    ...(tls && { "tls.protocol.version": tls.protocol, "tls.cipher": tls.cipher }),
  };
}

export function describeTransaction(transaction: Transaction, addresses: boolean): Attributes {
  const { id, reversePath, forwardPaths } = transaction;
  const told = { "smtp.transaction": id, "smtp.recipients": forwardPaths.length };
  if (!addresses) return told;
  return {
    ...told,
    "smtp.reverse_path": bounded(`<${formatMailbox(reversePath)}>`),
    "smtp.forward_paths": forwardPaths.slice(0, mostAddresses).map((path) => bounded(`<${formatMailbox(path)}>`)),
  };
}

export function describeFound(found: Found, addresses: boolean): Attributes {
  const { plugin, kind, micros, fuel, as, failure, score, marks, about, why } = found;
  return {
    "smtp.plugin": plugin,
    "smtp.verdict": kind,
    ...(micros === undefined ? {} : { "smtp.us": micros }),
    ...(fuel === undefined ? {} : { "smtp.fuel": fuel }),
    ...(as === undefined ? {} : { "smtp.as": as }),
    ...(failure === undefined ? {} : { "smtp.failure": failure }),
    ...(score === undefined ? {} : { "smtp.score": score }),
    ...(marks === undefined ? {} : { "smtp.marks": bounded(marks) }),
    ...(addresses && about !== undefined ? { "smtp.recipient": bounded(about) } : {}),
    ...(addresses && why !== undefined ? { "smtp.text": bounded(why) } : {}),
  };
}

export function describeRequest({ capability, outcome }: HostRequest): Attributes {
  return { "smtp.capability": capability, "smtp.outcome": outcome };
}

/** Capabilities by which plugins reach others. */
const outward: ReadonlySet<string> = new Set(["dns", "http", "tcp", "ldap", "sql", "run"]);

export function isOutward({ capability }: HostRequest): boolean {
  return outward.has(capability);
}

function bounded(text: string): string {
  // Half a character at the cut would not be UTF-8.
  return text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text.toWellFormed();
}
