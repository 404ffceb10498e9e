// qpsmtpd's own settings, one file each, as keys of qpsmtpd.toml.

import type { Json } from "../../sdk/contract/contract.ts";
import { domainPattern } from "../config/units.ts";
import type { Effect, Remark } from "./effect.ts";
import { formatSeconds, formatSize } from "./units_text.ts";
import { firstLine, type OldFolder, type OldLine } from "./old_folder.ts";

interface Value {
  readonly keys?: { readonly [key: string]: Json };
  readonly remark?: { readonly kind: "lost" | "differs" | "unreadable"; readonly text: string };
}

type Row = (text: string) => Value;

const rows: { readonly [file: string]: Row } = {
  me: (text) => domainPattern.test(text) ? { keys: { hostname: text } } : unreadable("must be a domain name"),
  IP: () => lost("was for tcpserver: write listen = [...] instead"),
  "me-auth-results": authority,
  databytes: octets("limits.message_size", "0 was no limit there: limits.message_size is 25MB here"),
  size_threshold: octets("spool.memory_threshold", "0 was always a file there: spool.memory_threshold is 1MB here"),
  timeout,
  timeoutsmtpd: timeout,
  smtpgreeting: () => lost("does not exist: the greeting is the hostname and the name of the server"),
  spool_dir: () => differs("all that is written lies below `state`"),
  spool_perms: () => differs("nobody but the server may read what lies below `state`"),
  tls_before_auth: (text) =>
    text === "0"
      ? differs("passwords in clear are still refused without TLS: auth.without_tls = true would take them")
      : { keys: { "auth.without_tls": false } },
  tls_ciphers: () => lost("is not taken over: the ciphers are those that TLS 1.2 and 1.3 have left"),
  tls_protocols: () => differs("TLS 1.2 and 1.3 are spoken, nothing older"),
  plugin_dirs: () => lost("held plugins in Perl: those for this server are .wasm files in plugins.directories"),
  dnsbl_rejectmsg: () => lost("does not exist: say in dnsbl_zones what is told to the client"),
  spfbehavior: () => lost("goes with SPF, which nothing here checks yet"),
};

/** The name in Authentication-Results, or `none` for no such field. */
function authority(text: string): Value {
  if (text === "none") return { keys: { "authentication_results.add": false } };
  if (!domainPattern.test(text)) return unreadable("must be a domain name, or none");
  return { keys: { "authentication_results.id": text } };
}

/** Files that are read here, so that nobody thinks they were overlooked. */
export const settingFiles: readonly string[] = [
  ...Object.keys(rows),
  ...[
    "plugins",
    "logging",
    "loglevel",
    "greylist_exclude_files",
    "smtpauth-checkpassword",
    "ldap",
    "denysoft_greylist",
    "morercpthosts",
  ],
];

export function translateSettings(old: OldFolder): readonly Effect[] {
  // The first that is there counts, as it did.
  const overruled = old.has("timeoutsmtpd") ? "timeout" : "";
  return Object.entries(rows).filter(([name]) => name !== overruled).flatMap(([name, row]) => {
    const line = firstLine(old, name);
    return line === undefined ? [] : [effectOf(name, line, row(line.text))];
  });
}

function effectOf(name: string, { place, text }: OldLine, { keys = {}, remark }: Value): Effect {
  const made = Object.entries(keys);
  const shown = made.map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join(", ");
  const became: Remark[] = made.length === 0 ? [] : [{ kind: "became", place, text: `${name} → ${shown}` }];
  return {
    entries: made.map(([key, value]) => ({ key, value, from: `${name}: ${text}` })),
    remarks: [...became, ...(remark === undefined ? [] : [{ ...remark, place, text: `${name}: ${remark.text}` }])],
  };
}

function octets(key: string, none: string): Row {
  return (text) => {
    if (!/^\d{1,15}$/.test(text)) return unreadable("must be a number of octets");
    const value = Number(text);
    if (value === 0) return differs(none);
    return { keys: { [key]: formatSize(value) } };
  };
}

function timeout(text: string): Value {
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0) return unreadable("must be a whole number of seconds");
  const value = formatSeconds(Number(text));
  return { keys: { "timeouts.command": value, "timeouts.data": value } };
}

function lost(text: string): Value {
  return { remark: { kind: "lost", text } };
}

function differs(text: string): Value {
  return { remark: { kind: "differs", text } };
}

function unreadable(text: string): Value {
  return { remark: { kind: "unreadable", text } };
}
