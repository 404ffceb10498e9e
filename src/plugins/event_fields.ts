// Which grant each field of an event needs, and events without the fields that were not granted. Pure.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Asked, Event, Events, HeaderField } from "../../sdk/contract/event.ts";
import type { EventScope } from "./grant_names.ts";
import type { EffectiveGrants } from "./grants.ts";

/** `always`: says nothing about anyone. `inside`: an object whose own fields have rows. */
type Need = EventScope | "always" | "inside";
type Table<T> = { readonly [Field in keyof T]-?: Need };
type Transaction = Events["rcpt"]["transaction"];

// A field of the contract without a row in these tables does not compile, and is not told.
const askedFields: Table<Asked> = {
  time: "always",
  seed: "always",
  session: "inside",
  // What the plugin noted itself.
  notes: "always",
  // Those of the plugins that `notes` grants: see `grantedNotes`.
  othersNotes: "always",
};
const sessionFields: Table<Asked["session"]> = {
  id: "always",
  server: "always",
  client: "client",
  clientName: "client",
  proxy: "client",
  forwarded: "client",
  hello: "hello",
  tls: "tls",
  user: "user",
  marks: "marks",
  score: "score",
};
const transactionFields: Table<Transaction> = {
  id: "always",
  reversePath: "reverse_path",
  recipientCount: "recipients",
};

const envelope = { transaction: "inside", forwardPaths: "recipients" } as const;
const message = { ...envelope, headers: "headers", size: "size" } as const;
const hookFields: { readonly [H in HookName]: Table<Omit<Events[H], keyof Asked>> } = {
  connect: { early: "always", load: "load" },
  helo: { name: "hello" },
  ehlo: { name: "hello" },
  auth: {
    mechanism: "always",
    step: "always",
    claimed: "credentials",
    authorize: "credentials",
    password: "credentials",
    challenge: "credentials",
    digest: "credentials",
    token: "credentials",
    certificate: "credentials",
  },
  mail: { reversePath: "reverse_path", parameters: "parameters" },
  rcpt: { transaction: "inside", forwardPath: "recipients", parameters: "parameters" },
  data: { ...envelope, early: "always" },
  data_headers_end: { ...envelope, headers: "headers" },
  data_post: message,
  queue: message,
  vrfy: { argument: "argument" },
  noop: { argument: "argument" },
  help: { argument: "argument" },
  unrecognized_command: { verb: "argument", argument: "argument" },
  quit: {},
  reset_transaction: {},
  disconnect: {},
};

type Loose = { readonly [key: string]: unknown };
type Filter = (event: Event) => Event;

/**
 * Removes what is not granted: a plugin without the grant finds the field absent, required by the contract or not. Made
 * once for a plugin and hook; where all fields are granted it costs nothing.
 */
export function eventFilter(hook: HookName, grants: EffectiveGrants): Filter {
  const fields = { ...askedFields, ...hookFields[hook] };
  const inTransaction = "transaction" in fields;
  const tables = inTransaction ? [fields, sessionFields, transactionFields] : [fields, sessionFields];
  if (tables.every((table) => Object.values(table).every((need) => need === "inside" || isTold(need, grants)))) {
    return (event) => grantedNotes(event, grants);
  }
  const [top, session, transaction] = [fields, sessionFields, transactionFields].map((table) => toldOf(table, grants));
  const headers = "headers" in fields ? headerFilter(grants) : undefined;
  return (asked) => {
    const event = grantedNotes(asked, grants);
    const told = pick(event as unknown as Loose, top ?? []);
    told["session"] = pick(event.session as unknown as Loose, session ?? []);
    if (inTransaction && "transaction" in event) {
      told["transaction"] = pick(event.transaction as unknown as Loose, transaction ?? []);
    }
    if (headers !== undefined && "headers" in event) told["headers"] = headers(event.headers);
    return told as unknown as Event;
  };
}

/** The same for one event. */
export function grantedEvent(event: Event, hook: HookName, grants: EffectiveGrants): Event {
  return eventFilter(hook, grants)(event);
}

/** Mostly there are none of others. */
export function grantedNotes<T extends Pick<Event, "othersNotes">>(told: T, grants: EffectiveGrants): T {
  const { othersNotes } = told;
  if (othersNotes === undefined) return told;
  const granted = Object.entries(othersNotes).filter(([plugin]) => grants.allows("notes", plugin));
  if (granted.length > 0) return { ...told, othersNotes: Object.fromEntries(granted) };
  const { othersNotes: _hidden, ...rest } = told;
  return rest as T;
}

/** Names of the fields that are copied as they are. */
function toldOf(table: { readonly [field: string]: Need }, grants: EffectiveGrants): readonly string[] {
  return Object.entries(table).filter(([, need]) => need !== "inside" && isTold(need, grants)).map(([field]) => field);
}

function isTold(need: Exclude<Need, "inside">, grants: EffectiveGrants): boolean {
  return need === "always" || grants.allows("event", need);
}

function pick(from: Loose, names: readonly string[]): Record<string, unknown> {
  const told: Record<string, unknown> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) told[name] = value;
  }
  return told;
}

/** For the grant of some header fields; `undefined` if there is none, or it is of all. */
function headerFilter(
  grants: EffectiveGrants,
): ((headers: readonly HeaderField[]) => readonly HeaderField[]) | undefined {
  const some = grants.scopesOf("event").some((scope) => scope.startsWith("headers:"));
  if (!some || grants.allows("event", "headers")) return undefined;
  // The same names come with every message; strangers' names may not fill the memory.
  const known = new Map<string, boolean>();
  const isGranted = (name: string): boolean => {
    const told = known.get(name) ?? grants.allows("event", `headers:${name}`);
    if (known.size < 200) known.set(name, told);
    return told;
  };
  return (headers) => headers.filter(([name]) => isGranted(name));
}
