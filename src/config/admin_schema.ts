// The section [admin] of config/qpsmtpd.toml: where the API is reached, and by whom.

import * as v from "valibot";
import { flag, host, keyed, list, section } from "./schema_values.ts";
import { type ListenAddress, parseListenAddress } from "./units.ts";

/** The API over HTTP, and the dashboard. */
export interface AdminChoice {
  /** An address, or a Unix socket as `unix:/PATH` with port 0. */
  readonly listen: ListenAddress | "off";
  /** Names besides its own address that a browser may ask for, in lower case. */
  readonly hosts: readonly string[];
  /** Whether figures are told without a token. */
  readonly openMetrics: boolean;
}

export const admin: v.GenericSchema<unknown, AdminChoice> = section("The API over HTTP, and the dashboard.", {
  listen: keyed(adminAddress(), "127.0.0.1:2580", "Where to listen: HOST:PORT, [IPV6]:PORT, unix:/PATH or off."),
  hosts: keyed(
    list(v.pipe(host(), v.transform((name) => name.toLowerCase())), 0, 100),
    [],
    "Names by which it is reached besides the address above, through a proxy for instance; others are refused.",
  ),
  open_metrics: flag(false, "Whether GET /metrics needs no token."),
});

/** The address that a text names, `off`, or undefined. */
export function parseAdminAddress(text: string): AdminChoice["listen"] | undefined {
  if (text === "off") return text;
  const address = parseListenAddress(text);
  return address === undefined || /^(?:fd:|systemd)/.test(address.host) ? undefined : address;
}

function adminAddress(): v.GenericSchema<unknown, AdminChoice["listen"]> {
  const message = "expected HOST:PORT, [IPV6]:PORT, unix:/PATH or off";
  return v.pipe(
    v.string(message),
    v.check((text) => parseAdminAddress(text) !== undefined, message),
    v.transform((text) => parseAdminAddress(text) ?? "off"),
  );
}
