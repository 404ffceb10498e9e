// The plugin boundary, as data only. Host and SDKs both import these types; nothing here runs code that depends on either.

/** The number of this contract. A plugin states it in its manifest; the host loads only plugins whose number it knows. */
export const contract = 1;

/** The questions a plugin can be asked, in qpsmtpd's words and in the order of one session. */
export const hookNames = [
  "connect",
  "helo",
  "ehlo",
  "auth",
  "mail",
  "rcpt",
  "data",
  "data_headers_end",
  "data_post",
  "queue",
  "vrfy",
  "noop",
  "help",
  "unrecognized_command",
  "quit",
  "reset_transaction",
  "disconnect",
] as const;

export type HookName = (typeof hookNames)[number];

/** Hooks that only tell a plugin a fact: the answer changes nothing but the plugin's notes. */
export const observingHooks: readonly HookName[] = ["reset_transaction", "disconnect"];

/** A value that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
