// What a plugin author imports: `import { definePlugin, pass, reject } from "#sdk"`.

export { definePlugin } from "./define_plugin.ts";
export type { Given, Host, Plugin } from "./define_plugin.ts";
export { accept, defer, editing, noting, pass, reject } from "./verdicts.ts";
export type { RefusalOptions } from "./verdicts.ts";
export { formatMailbox } from "./mailbox.ts";
export type * from "../contract/event.ts";
export type * from "../contract/verdict.ts";
export type { HookName, Json, JsonObject } from "../contract/contract.ts";
