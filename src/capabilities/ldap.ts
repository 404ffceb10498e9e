// The capability `ldap`: whether a password is that of an entry, and which entries there are, at servers of the grant.

import * as v from "valibot";
import { Slots } from "../dns/slots.ts";
import { directoryOf, parseLdapScope } from "../scopes/ldap_scope.ts";
import type { CallContext, Capability, Fulfilled } from "./capability.ts";
import { done, refused } from "./fulfilled.ts";
import { GrantedScopes } from "./granted_scopes.ts";
import { bindAs, type DirectoryOptions, isFilter, searchFor } from "./ldap_directory.ts";
import { filterWith } from "./ldap_filter.ts";
import { type ReadRequest, readRequest } from "./request.ts";
import { fulfilledWithin } from "./time_limit.ts";

/** Conversations, each with a connection of its own. */
const atOnce = 20;
const mostWaiting = 200;

// Messages of valibot would repeat what was given, and that may be a password.
function text(most: number): v.GenericSchema<string> {
  const message = `must be a text of 1 to ${most} characters`;
  return v.pipe(v.string(message), v.minLength(1, message), v.maxLength(most, message));
}
const anyText = v.pipe(v.string("must be a text"), v.maxLength(1024, "is longer than 1,024 characters"));
const server = {
  url: text(300),
  startTls: v.optional(v.boolean("must be true or false"), false),
  timeout: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60_000)), 5000),
};
const schema = v.variant("do", [
  v.strictObject({ do: v.literal("bind"), ...server, dn: text(1024), password: anyText }, notGiven),
  v.strictObject({
    do: v.literal("search"),
    ...server,
    base: anyText,
    scope: v.optional(v.picklist(["base", "one", "sub"], "must be base, one or sub"), "sub"),
    filter: text(1024),
    values: v.optional(v.pipe(v.array(anyText), v.maxLength(10, "are more than ten")), []),
    as: v.exactOptional(v.strictObject({ dn: text(1024), password: text(1024) }, notGiven)),
  }, notGiven),
], "must be bind or search");

type Request = v.InferOutput<typeof schema>;

/**
 * Takes `{ do: "bind", url, startTls, dn, password }`, giving `{ right }`, and `{ do: "search", url, startTls, base, scope,
 * filter, values, as }`, giving `{ entries }`; both take `timeout`. Certificates are verified. Codes: badRequest,
 * notGranted, unavailable, tls, refused, busy, timeout, aborted. One for a process.
 */
export class LdapCapability implements Capability {
  readonly name = "ldap";
  readonly #scopes = new GrantedScopes(parseLdapScope);
  readonly #slots = new Slots(atOnce, mostWaiting);
  readonly #authorities: string | undefined;

  /** `authorities`: PEM, for tests; otherwise those of the runtime. */
  constructor(options: { readonly authorities?: string } = {}) {
    this.#authorities = options.authorities;
  }

  prepare(scopes: readonly string[]): Promise<readonly string[]> {
    const problem = '"ldap" must name the server: "ldap:ldaps://ldap.example.org"';
    return Promise.resolve(scopes.includes("*") ? [problem] : []);
  }

  async fulfil(given: unknown, context: CallContext): Promise<Fulfilled> {
    const read = readLdapRequest(given);
    if (read.kind === "refused") return read;
    const { request } = read;
    const asked = parseLdapScope(request.url);
    if (asked.kind === "bad") return refused("badRequest", `url ${asked.why}`);
    if (this.#scopes.covering(context.scopes, asked.parts).length === 0) {
      return refused("notGranted", `ldap:${request.url} is not granted`);
    }
    const directory = directoryOf(asked.parts);
    if (request.startTls && directory.scheme === "ldaps") {
      return refused("badRequest", "startTls is for ldap:, not ldaps:");
    }
    // RFC 4513 §5.1.2: with an empty password a server may take anybody for nobody, and say yes.
    if (request.do === "bind" && request.password === "") return done({ right: false });
    const { startTls, timeout } = request;
    const authorities = this.#authorities === undefined ? {} : { authorities: this.#authorities };
    const options = { directory, startTls, timeout, ...authorities };
    return await fulfilledWithin(timeout, context.signal, (signal) => this.#converse(request, options, signal));
  }

  async #converse(request: Request, options: DirectoryOptions, signal: AbortSignal): Promise<Fulfilled> {
    const entered = await this.#slots.enter(signal);
    if (entered === "full") return refused("busy", `${mostWaiting} questions wait`);
    if (entered === "aborted") return refused("aborted", "it was not waited for");
    try {
      if (request.do === "bind") return await bindAs(options, request, signal);
      const { filter, values, as, ...rest } = request;
      const escaped = filterWith(filter, values) ?? "";
      return await searchFor(options, { ...rest, filter: escaped, ...(as === undefined ? {} : { as }) }, signal);
    } finally {
      this.#slots.leave();
    }
  }
}

function readLdapRequest(given: unknown): ReadRequest<Request> {
  const read = readRequest(schema, given);
  if (read.kind === "refused" || read.request.do === "bind") return read;
  const { filter, values } = read.request;
  const escaped = filterWith(filter, values);
  if (escaped === undefined) return refused("badRequest", "filter: has a place for which there is no value");
  return isFilter(escaped) ? read : refused("badRequest", "filter: is none of RFC 4515");
}

function notGiven(issue: { readonly expected: string | null }): string {
  return issue.expected === "never" ? "is not known here" : "must be an object";
}
