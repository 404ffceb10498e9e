// The list `greylist_exclude`: networks, names of hosts, expressions for such names, mailboxes and domains that send.

import { formatMailbox } from "#sdk";
import type { Asked, Given, Mailbox } from "#sdk";
import { networkName } from "../shared/client_network.ts";
import { addressOctets, parseNetwork } from "../shared/networks.ts";
import { compilePattern, lineProblem, quote, splitLine } from "../shared/pattern.ts";

export interface Exclusions {
  /** As `networkName` gives them, by octets of the address (4 or 16) and bits of the prefix: `4 24`. */
  readonly networks: ReadonlyMap<string, ReadonlySet<string>>;
  /** In lower case; each stands for all below it too. */
  readonly hosts: ReadonlySet<string>;
  readonly expressions: readonly RegExp[];
  /** `someone@example.org` or `@example.org`, in lower case. */
  readonly senders: ReadonlySet<string>;
}

const listName = "greylist_exclude";

// All lines are in the memory that every call begins with; expressions are tried one by one.
const mostLines = 10_000;
const mostExpressions = 1000;

/** Strangers write these names: longer ones are cut, so that no expression has much to look through. */
const longestName = 255;

// Letters of any script: RFC 6531 §3.3.
const hostLine = /^\.?[\p{L}\p{N}\p{M}_-]+(?:\.[\p{L}\p{N}\p{M}_-]+)+$/u;

/** Reads the list file; every bad line becomes a problem of the configuration. */
export function readExclusions(given: Given): Exclusions {
  const networks = new Map<string, Set<string>>();
  const exclusions = { networks, hosts: new Set<string>(), expressions: [] as RegExp[], senders: new Set<string>() };
  const lines = given.lists[listName] ?? [];
  if (lines.length > mostLines) given.problem(`lists.${listName}`, `has ${lines.length} lines, more than ${mostLines}`);
  for (const [index, text] of lines.slice(0, mostLines).entries()) {
    const line = splitLine(text);
    const objection = lineProblem({ ...line, reason: undefined }) ?? add(line.pattern.toLowerCase(), exclusions);
    if (objection !== undefined) given.problem(`lists.${listName}[${index}]`, objection);
  }
  const { length } = exclusions.expressions;
  if (length > mostExpressions) {
    given.problem(`lists.${listName}`, `has ${length} regular expressions, more than ${mostExpressions}`);
  }
  return exclusions;
}

/** Is it a client, or a sender, that is not put off? */
export function isExcluded(exclusions: Exclusions, session: Asked["session"], reversePath: Mailbox | null): boolean {
  const { networks, hosts, expressions, senders } = exclusions;
  if (networks.size > 0 && isInNetworks(networks, session.client.address)) return true;
  if (reversePath !== null && senders.size > 0) {
    if (senders.has(formatMailbox(reversePath)) || senders.has(`@${reversePath.domain.toLowerCase()}`)) return true;
  }
  if (hosts.size === 0 && expressions.length === 0) return false;
  const names = [session.hello?.name, session.clientName].filter((name) => name !== undefined);
  return names.map((name) => name.slice(0, longestName).toLowerCase()).some((name) =>
    isOrIsBelow(name, hosts) || expressions.some((expression) => expression.test(name))
  );
}

interface Growing {
  readonly networks: Map<string, Set<string>>;
  readonly hosts: Set<string>;
  readonly expressions: RegExp[];
  readonly senders: Set<string>;
}

/** Adds a pattern in lower case, or says what is wrong with it. */
function add(pattern: string, { networks, hosts, expressions, senders }: Growing): string | undefined {
  if (pattern.startsWith("/")) {
    const compiled = compilePattern(pattern);
    if (compiled.kind === "problem") return compiled.message;
    expressions.push(compiled.expression);
  } else if (/^[^@]*@[^@]+$/.test(pattern)) {
    senders.add(pattern);
  } else if (/^[\d.]+$|^[^/]*:|\//.test(pattern)) {
    const parsed = parseNetwork(pattern);
    if (parsed.kind === "bad") return `${quote(pattern)} is no network: ${parsed.why}`;
    const { octets, length } = parsed.network;
    const key = `${octets.length} ${length}`;
    networks.set(key, (networks.get(key) ?? new Set()).add(networkName(octets, length)));
  } else if (hostLine.test(pattern)) {
    hosts.add(pattern.replace(/^\./, ""));
  } else {
    return `${
      quote(pattern)
    } is no network, host, mailbox or /expression/: write "192.0.2.0/24", "mail.example.org", "@example.org"`;
  }
  return undefined;
}

function isInNetworks(networks: Exclusions["networks"], address: string): boolean {
  const octets = addressOctets(address);
  if (octets === undefined) return false;
  for (const [key, names] of networks) {
    const [size, length] = key.split(" ").map(Number);
    if (size === octets.length && names.has(networkName(octets, length ?? 0))) return true;
  }
  return false;
}

function isOrIsBelow(name: string, hosts: ReadonlySet<string>): boolean {
  if (hosts.has(name)) return true;
  for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
    if (hosts.has(name.slice(dot + 1))) return true;
  }
  return false;
}
