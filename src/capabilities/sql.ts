// The capability `sql`: questions to the databases of the configuration. No plugin sees where they are, or their secrets.

import * as v from "valibot";
import type { Json } from "../../sdk/contract/contract.ts";
import { Slots } from "../dns/slots.ts";
import { parseSqlScope } from "../scopes/sql_scope.ts";
import type { DatabaseChoice, DatabaseChoices } from "../sql/choice.ts";
import type { Database, SqlAnswer } from "../sql/database.ts";
import { openDatabase } from "../sql/open_database.ts";
import type { CallContext, Capability, Fulfilled } from "./capability.ts";
import { done, refused } from "./fulfilled.ts";
import { GrantedScopes } from "./granted_scopes.ts";
import { readRequest } from "./request.ts";
import { fulfilledWithin } from "./time_limit.ts";

const mostWaiting = 200;
const mostOctets = 262_144;
const longestParameter = 8192;
const longestDepth = 16;

const parameter = v.union([
  v.pipe(v.string(), v.maxLength(longestParameter)),
  v.pipe(v.number(), v.finite()),
  v.boolean(),
  v.null(),
  // Nothing of it may be repeated: it may be a password.
], `must be a text of ${longestParameter} characters at most, a number, true, false or null`);

const schema = v.strictObject({
  database: v.pipe(v.string("must be a text"), v.maxLength(64, "is longer than 64 characters")),
  statement: v.pipe(v.string("must be a text"), v.maxLength(4096, "is longer than 4,096 characters")),
  parameters: v.optional(v.pipe(v.array(parameter), v.maxLength(32, "are more than 32")), []),
  timeout: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60_000)), 5000),
});

interface Open {
  readonly database: Database;
  readonly slots: Slots;
}

/**
 * Takes `{ database, statement, parameters, timeout }`, giving `{ rows }`. Codes: badRequest, notGranted, unavailable,
 * statement, tooLarge, busy, timeout, aborted. A database is opened at its first question.
 */
export class SqlCapability implements Capability {
  readonly name = "sql";
  readonly #choices: ReadonlyMap<string, DatabaseChoice>;
  readonly #scopes = new GrantedScopes(parseSqlScope);
  readonly #open = new Map<string, Promise<Open | string>>();

  constructor(choices: DatabaseChoices) {
    this.#choices = new Map(Object.entries(choices));
  }

  prepare(scopes: readonly string[]): Promise<readonly string[]> {
    if (scopes.includes("*")) return Promise.resolve(['"sql" must name the database: "sql:users"']);
    const unknown = scopes.filter((name) => !this.#choices.has(name));
    return Promise.resolve(unknown.map((name) => `there is no [database.${name}] in the configuration`));
  }

  async fulfil(given: unknown, context: CallContext): Promise<Fulfilled> {
    const read = readRequest(schema, given);
    if (read.kind === "refused") return read;
    const { database: name, timeout, ...question } = read.request;
    const asked = parseSqlScope(name);
    if (asked.kind === "bad") return refused("badRequest", `database ${asked.why}`);
    if (this.#scopes.covering(context.scopes, asked.parts).length === 0) {
      return refused("notGranted", `sql:${name} is not granted`);
    }
    const until = performance.now() + timeout;
    return await fulfilledWithin(timeout, context.signal, async (signal) => {
      const open = await this.#database(name);
      if (typeof open === "string") return refused("unavailable", `[database.${name}] ${open}`);
      const { database, slots } = open;
      const entered = await slots.enter(signal);
      if (entered === "full") return refused("busy", `${mostWaiting} questions to ${name} wait`);
      if (entered === "aborted") return refused("aborted", "it was not waited for");
      try {
        const within = Math.max(1, until - performance.now());
        return outcome(name, await database.ask({ ...question, within }, signal));
      } finally {
        slots.leave();
      }
    });
  }

  async close(): Promise<void> {
    const open = await Promise.all(this.#open.values());
    this.#open.clear();
    await Promise.all(open.map((each) => typeof each === "string" ? undefined : each.database.close()));
  }

  /** One attempt for all that ask at the same time; one that failed is made again. */
  #database(name: string): Promise<Open | string> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opening = this.#opening(name);
    this.#open.set(name, opening);
    void opening.then((opened) => typeof opened === "string" && this.#open.delete(name));
    return opening;
  }

  async #opening(name: string): Promise<Open | string> {
    const choice = this.#choices.get(name);
    if (choice === undefined) return "is not in the configuration";
    const opened = await openDatabase(choice).catch((): { kind: "failed"; message: string } => {
      return { kind: "failed", message: `the library for ${choice.kind} cannot be loaded` };
    });
    if (opened.kind === "failed") return opened.message;
    const { database } = opened;
    return { database, slots: new Slots(database.atOnce, mostWaiting) };
  }
}

function outcome(name: string, answer: SqlAnswer): Fulfilled {
  if (answer.kind === "failed") return refused("unavailable", `[database.${name}] ${answer.message}`);
  if (answer.kind === "wrong") return refused("statement", `[database.${name}] ${answer.message}`);
  if (answer.kind === "overlong") return refused("tooLarge", "there are more than 100 rows");
  const rows = answer.rows.map((row) => jsonOf(row, 0));
  const size = Buffer.byteLength(JSON.stringify(rows));
  return size > mostOctets ? refused("tooLarge", `the rows have more than ${mostOctets} octets`) : done({ rows });
}

function jsonOf(value: unknown, depth: number): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  if (typeof value !== "object" || depth >= longestDepth) return String(value);
  if (Array.isArray(value)) return value.map((each) => jsonOf(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonOf(each, depth + 1)]));
}
