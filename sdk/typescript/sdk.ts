// What a plugin author imports: `import { definePlugin, pass, reject } from "#sdk"`.

export { definePlugin } from "./define_plugin.ts";
export type { ConfiguringHost, Given, Host, Plugin } from "./define_plugin.ts";
export { HostError } from "./host/host_error.ts";
export type { Failed } from "./host/host_access.ts";
export type * from "./host/clock.ts";
export type * from "./host/content.ts";
export type * from "./host/crypto.ts";
export type * from "./host/dns.ts";
export type * from "./host/http.ts";
export type * from "./host/ldap.ts";
export type * from "./host/mmdb.ts";
export type { Octets } from "./host/octets.ts";
export type * from "./host/run.ts";
export type * from "./host/sql.ts";
export type * from "./host/store.ts";
export type * from "./host/tcp.ts";
export { accept, defer, editing, finding, noting, pass, reject } from "./verdicts.ts";
export type { RefusalOptions } from "./verdicts.ts";
export { formatMailbox } from "./mailbox.ts";
export type * from "../contract/event.ts";
export type * from "../contract/verdict.ts";
export type { HookName, Json, JsonObject } from "../contract/contract.ts";
