// What a plugin may do: what its manifest asks for, if the operator grants all of it. Pure.

import { type CapabilityName, capabilityNames } from "../../sdk/contract/manifest.ts";
import { type Parts, scopeCovers } from "../scopes/scope.ts";
import { didYouMean } from "../text/did_you_mean.ts";
import { quote } from "../text/quote.ts";
import { isCapabilityName, placeCapabilities, scopeReaders } from "./grant_names.ts";

/** One line of `needs` or `grant`: `dns`, `tcp:127.0.0.1:3310`, `edit:header:X-Spam-*`. */
export interface Grant {
  readonly name: CapabilityName;
  /** As it was written. */
  readonly text: string;
  /** `*` for all of it. */
  readonly scope: string;
  /** The scope taken apart; absent for all of it. */
  readonly parts?: Parts;
}

/** `why` is a sentence that begins with the grant in quotes. */
export type ParsedGrant =
  | { readonly kind: "grant"; readonly grant: Grant }
  | { readonly kind: "bad"; readonly why: string };

/** What one plugin may do. Made once for a plugin; asking it is for precomputing, not for every call. */
export interface EffectiveGrants {
  has(name: CapabilityName): boolean;
  /** As written, `["*"]` for all, empty for none: `CallContext.scopes` of the capabilities. */
  scopesOf(name: CapabilityName): readonly string[];
  /** Is this one thing allowed? `allows("edit", "header:X-Spam-Flag")`. A scope that cannot be read is not. */
  allows(name: CapabilityName, scope: string): boolean;
}

/** `missing`: needs that no grant covers. `unused`: grants that cover no need. Both as they were written. */
export type Granted =
  | { readonly kind: "granted"; readonly grants: EffectiveGrants; readonly unused: readonly string[] }
  | { readonly kind: "lacking"; readonly missing: readonly string[]; readonly unused: readonly string[] };

const longest = 300;

export function parseGrant(text: string): ParsedGrant {
  if (text.length > longest) return bad(text, `is longer than ${longest} characters`);
  if (!/^[!-~]+$/.test(text)) return bad(text, "must be printable ASCII without blanks");
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  if (!isCapabilityName(name)) {
    return bad(text, `is no capability${didYouMean(name, capabilityNames)}; there are ${capabilityNames.join(", ")}`);
  }
  const scope = colon < 0 ? "*" : text.slice(colon + 1);
  if (scope === "*") return { kind: "grant", grant: { name, text, scope } };
  const parsed = scopeReaders[name](scope);
  if (parsed.kind === "bad") return bad(text, `has a scope that ${parsed.why}`);
  return { kind: "grant", grant: { name, text, scope, parts: parsed.parts } };
}

/**
 * The needs, if every one of them lies wholly within one grant. Granting more than is needed gives no more; of places
 * (`http`, `tcp`, ...) that a plugin leaves to the operator it gets those that are granted.
 */
export function effectiveGrants(needs: readonly Grant[], grants: readonly Grant[]): Granted {
  const met = needs.map((need) => grants.flatMap((grant) => meet(need, grant)));
  const missing = needs.filter((_, index) => met[index]?.length === 0).map(({ text }) => text);
  const unused = grants.filter((grant) => !needs.some((need) => meet(need, grant).length > 0)).map(({ text }) => text);
  if (missing.length > 0) return { kind: "lacking", missing, unused };
  return { kind: "granted", grants: new Effective(met.flat()), unused };
}

/** What an operator is told of a plugin that lacks grants, ending with a line for its table in the configuration. */
export function explainLacking(
  plugin: string,
  missing: readonly string[],
  granted: readonly string[] = [],
): readonly string[] {
  const line = [...granted, ...missing].map((text) => JSON.stringify(text)).join(", ");
  const places = missing.filter((text) => placeCapabilities.has(text as CapabilityName));
  return [
    `the plugin ${quote(plugin)} needs what it is not granted: ${missing.map(quote).join(", ")}`,
    "if you trust it with that, write into its table:",
    `grant = [${line}]`,
    ...places.map((name) => `or, in the place of "${name}", only what it is to reach, "${examples[name]}"`),
  ];
}

const examples: { readonly [name: string]: string } = {
  http: "http:https://api.example.com/v1/*",
  tcp: "tcp:127.0.0.1:3310",
  run: "run:/bin/checkpassword",
  ldap: "ldap:ldaps://ldap.example.org",
  sql: "sql:users",
  mmdb: "mmdb:/usr/share/GeoIP/GeoLite2-Country.mmdb",
};

class Effective implements EffectiveGrants {
  readonly #byName = new Map<CapabilityName, readonly Grant[]>();

  constructor(grants: readonly Grant[]) {
    for (const grant of grants) this.#byName.set(grant.name, [...this.#of(grant.name), grant]);
  }

  has(name: CapabilityName): boolean {
    return this.#byName.has(name);
  }

  scopesOf(name: CapabilityName): readonly string[] {
    const scopes = this.#of(name).map(({ scope }) => scope);
    return scopes.includes("*") ? ["*"] : scopes;
  }

  allows(name: CapabilityName, scope: string): boolean {
    const granted = this.#of(name);
    if (granted.some(({ parts }) => parts === undefined)) return true;
    const parsed = scopeReaders[name](scope);
    return parsed.kind === "scope" && granted.some(({ parts }) => scopeCovers(parts ?? [], parsed.parts));
  }

  #of(name: CapabilityName): readonly Grant[] {
    return this.#byName.get(name) ?? [];
  }
}

/** What of the need this grant gives; at most one. */
function meet(need: Grant, grant: Grant): readonly Grant[] {
  if (covers(grant, need)) return [need];
  const isOpen = need.parts === undefined && placeCapabilities.has(need.name);
  return isOpen && grant.name === need.name ? [grant] : [];
}

function covers(grant: Grant, need: Grant): boolean {
  if (grant.name !== need.name) return false;
  if (grant.parts === undefined) return true;
  return need.parts !== undefined && scopeCovers(grant.parts, need.parts);
}

function bad(text: string, why: string): ParsedGrant {
  return { kind: "bad", why: `${quote(text)} ${why}` };
}
