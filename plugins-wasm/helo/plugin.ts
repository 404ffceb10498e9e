// Judges the name a client gives with HELO or EHLO: first by itself, then by what DNS knows of it.

import { defer, definePlugin, editing, pass, reject } from "#sdk";
import type { Answer, Edit, HelloEvent, Host, Plugin } from "#sdk";
import { readBadNames } from "./bad_names.ts";
import type { BadName } from "./bad_names.ts";
import { canonicalAddress, isLoopback } from "./ip_address.ts";
import { lookUp } from "./look_up.ts";
import type { Looking } from "./look_up.ts";

/** What is wrong with the name, as the client is told, or undefined. */
type Check = (name: string, client: string, badNames: readonly BadName[]) => string | undefined;

interface Setup {
  readonly checks: readonly Check[];
  readonly badNames: readonly BadName[];
  /** Absent: DNS is not asked. */
  readonly looking: Looking | undefined;
}

// RFC 1035 §2.3.4: 255 octets, of which two are the first length and the root.
const longestName = 253;

const lenient: readonly Check[] = [badName, foreignLocalhost, forgedLiteral, plainAddress];
const rfc: readonly Check[] = [...lenient, unqualified, strangeCharacter];
const strict: readonly Check[] = [...rfc, addressLiteral];
const policies: { readonly [policy: string]: readonly Check[] } = { lenient, rfc, strict };

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const { policy, timeout, add_header: addHeader } = given.settings;
    if (addHeader !== true) given.unused("data_post");
    return {
      checks: policies[policy as string] ?? strict,
      badNames: readBadNames(given),
      looking: policy === "lenient" ? undefined : { strict: policy !== "rfc", timeout: Number(timeout) },
    };
  },

  helo: judge,
  ehlo: judge,

  data_post(event): Answer {
    // The client may have written such a field itself.
    const edits: Edit[] = [{ edit: "removeHeader", name: "X-HELO" }];
    const { hello } = event.session;
    if (hello !== undefined) edits.push({ edit: "addHeader", name: "X-HELO", value: printable(hello.name) });
    return editing(pass(), ...edits);
  },
});

export default plugin;

function judge(event: HelloEvent, { checks, badNames, looking }: Setup, host: Host): Answer {
  const { address } = event.session.client;
  for (const check of checks) {
    const text = check(event.name, address, badNames);
    if (text !== undefined) return refused(text);
  }
  if (looking === undefined) return pass();
  const found = lookUp(host, event.name, address, looking);
  switch (found.kind) {
    case "bad":
      return refused(found.text);
    case "unknown":
      return defer(found.text);
    case "fine":
      return found.both ? rewarded(event) : pass();
  }
}

/** Replies to HELO and EHLO carry no enhanced status (RFC 2034 §4). */
function refused(text: string): Answer {
  return { ...reject(text), score: -1 };
}

/** A client may say EHLO as often as it likes, and is to have its point once. */
function rewarded({ notes }: HelloEvent): Answer {
  if (notes?.session?.["rewarded"] === true) return pass();
  return { ...pass(), score: 1, notes: { session: { rewarded: true } } };
}

function badName(name: string, _client: string, badNames: readonly BadName[]): string | undefined {
  const bad = badNames.find(({ matches }) => matches(name));
  return bad && (bad.reason ?? `I do not believe you are ${printable(name)}.`);
}

function foreignLocalhost(name: string, client: string): string | undefined {
  return /^localhost\.?$/i.test(name) && !isLoopback(client) ? "You are not localhost" : undefined;
}

function forgedLiteral(name: string, client: string): string | undefined {
  if (!isLiteral(name)) return undefined;
  // RFC 5321 §4.1.3
  const claimed = canonicalAddress(name.slice(1, -1).replace(/^IPv6:/i, ""));
  return claimed === undefined || claimed !== canonicalAddress(client) ? "Forged IPs not accepted here" : undefined;
}

function plainAddress(name: string): string | undefined {
  // Numbers alone are an address to many resolvers, even a single one: 2130706433 is 127.0.0.1.
  const plain = /^\d+(?:\.\d+){0,3}$/.test(name) || canonicalAddress(name) !== undefined;
  return plain ? "Plain IP is invalid HELO hostname (RFC 2821)" : undefined;
}

function unqualified(name: string): string | undefined {
  return isLiteral(name) || /\../.test(name) ? undefined : "HELO name is not fully qualified. Read RFC 2821";
}

function strangeCharacter(name: string): string | undefined {
  if (isLiteral(name) || (name.length <= longestName && !/[^a-z0-9.-]/i.test(name))) return undefined;
  return "HELO name contains invalid FQDN characters. Read RFC 1035";
}

function addressLiteral(name: string): string | undefined {
  return isLiteral(name) ? "RFC 2821 allows an address literal, but we do not" : undefined;
}

function isLiteral(name: string): boolean {
  return name.startsWith("[") && name.endsWith("]");
}

/** The client chose this name: what a reply, a header field or a log cannot show becomes `?`. */
function printable(name: string): string {
  return name.slice(0, 255).replace(/[^!-~]/g, "?");
}
