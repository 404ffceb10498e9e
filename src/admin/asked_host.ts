// Whom a request believes to be talking to, and from which page it comes. Pure.

import { isIP } from "node:net";

/**
 * May it be asked for by this name? A page whose name was made to point to this machine still says that name (DNS
 * rebinding), so names must be known; addresses cannot be rebound. `header` is that of Host (RFC 9110 §7.2).
 */
export function isOurName(header: string, hosts: readonly string[]): boolean {
  const name = nameIn(header);
  return name === "localhost" || isIP(name) !== 0 || hosts.includes(name);
}

/** Is the page (the header Origin) one of ours? It must have the very host and port that it asks. */
export function isOurPage(origin: string, host: string): boolean {
  return ["http", "https"].some((scheme) => origin.toLowerCase() === `${scheme}://${host.toLowerCase()}`);
}

/** Without port and brackets; empty if it is no name. */
function nameIn(header: string): string {
  const [, v6, name = ""] = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9A-Za-z.-]{1,255}))(?::\d{1,5})?$/.exec(header) ?? [];
  return (v6 ?? name).toLowerCase();
}
