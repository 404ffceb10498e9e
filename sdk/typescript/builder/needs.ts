// Reads the needs of plugin.json: whether each is a capability, and its scope of the right kind.

import { hookNames } from "../../contract/contract.ts";
import {
  type CapabilityName,
  capabilityNames,
  hostCapabilities,
  type HostCapability,
} from "../../contract/manifest.ts";

/** What a scope of each capability looks like. The host reads it again, and more closely, when it loads the plugin. */
const scopes: { readonly [C in CapabilityName]: RegExp | "none" } = {
  log: "none",
  config: "none",
  dns: /^((A|AAAA|MX|TXT|PTR|NS|CNAME|TLSA)|((A|AAAA|MX|TXT|PTR|NS|CNAME|TLSA|\*):)?(?=[^:]*[.*])[^:]{1,253})$/,
  store: /./,
  http: /^https?:\/\/[^/?#@]+\/[^?#]*$/,
  tcp: /^(unix:\/.+|(\[[^\]]+\]|[^:[\]]+):(\d{1,5}|\*))$/,
  run: /^(\/[!-)+-.0-~]+)+$/,
  ldap: /^ldaps?:\/\/[^/?#@*]+\/?$/,
  sql: /^[a-z][a-z0-9_]{0,63}$/,
  content: /^(headers|body)$/,
  crypto: "none",
  clock: "none",
  mmdb: /^\/.+$/,
  event:
    /^(client|hello|tls|user|credentials|marks|score|load|reverse_path|recipients|headers(:[^:]{1,76})?|size|argument|parameters)$/,
  edit: /^(header(:[^:]{1,76})?|recipients|reverse_path)$/,
  mark: /^(relay|allowed)$/,
  score: "none",
  notes: /^[a-z][a-z0-9_]{0,63}$/,
  results: /^(?!auth$)[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
  verdict: /^(accept|reject|defer|disconnect|\*)@[a-z_*]+$/,
};

const examples: { readonly [C in CapabilityName]?: string } = {
  dns: "dns:TXT, dns:*.dnsbl.example, dns:TXT:_dmarc.*",
  http: "http:https://api.example.com/v1/*",
  tcp: "tcp:127.0.0.1:3310, tcp:unix:/run/clamd.sock",
  run: "run:/bin/checkpassword",
  ldap: "ldap:ldaps://ldap.example.org",
  sql: "sql:users",
  content: "content:headers, content:body",
  mmdb: "mmdb:/usr/share/GeoIP/GeoLite2-Country.mmdb",
  event: "event:client, event:recipients, event:headers:Subject",
  edit: "edit:header:X-Spam-*, edit:recipients, edit:reverse_path",
  verdict: "verdict:reject@rcpt, verdict:defer@*",
  mark: "mark:relay, mark:allowed",
  notes: "notes:karma",
  results: "results:iprev, results:spf",
};

/** The end of a sentence that begins with the need, or `undefined` if nothing is wrong with it. */
export function problemOfNeed(need: string): string | undefined {
  if (need.length > 300) return "is longer than 300 characters";
  if (!/^[!-~]+$/.test(need)) return "must be printable ASCII without blanks";
  const [name, scope] = splitNeed(need);
  if (!isCapabilityName(name)) return `is no capability; there are ${capabilityNames.join(", ")}`;
  if (scope === undefined || scope === "*") return undefined;
  const shape = scopes[name];
  if (shape === "none") return `has a scope, and ${name} has no scopes: write "${name}"`;
  if (!shape.test(scope) || (name === "verdict" && !namesHook(scope))) {
    return `has a scope that is not like ${examples[name] ?? `${name}:*`}`;
  }
  return undefined;
}

/** The capabilities that the plugin will call, each once. */
export function hostCapabilitiesIn(needs: readonly string[]): readonly HostCapability[] {
  const names = needs.map((need) => splitNeed(need)[0]);
  return hostCapabilities.filter((name) => names.includes(name));
}

function splitNeed(need: string): readonly [name: string, scope: string | undefined] {
  const colon = need.indexOf(":");
  return colon < 0 ? [need, undefined] : [need.slice(0, colon), need.slice(colon + 1)];
}

function isCapabilityName(name: string): name is CapabilityName {
  return capabilityNames.some((known) => known === name);
}

function namesHook(scope: string): boolean {
  const glob = scope.slice(scope.indexOf("@") + 1);
  const pattern = new RegExp(`^${glob.replaceAll("*", ".*")}$`);
  return hookNames.some((hook) => pattern.test(hook));
}
