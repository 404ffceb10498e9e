// Says yes to forward-paths in our own domains, yes to clients that may send to anyone, and no to all others: the last
// plugin of the `rcpt` chain.

import { accept, definePlugin, reject } from "#sdk";
import type { Answer, Given, Plugin } from "#sdk";

/** Domains in lower case; one with a leading dot stands for everything below it. */
type OurDomains = ReadonlySet<string>;

// A domain name, its subdomains (`.example.com`), or an address literal. Letters of any script: RFC 6531 §3.3.
const domainLine = /^(?:\.?[\p{L}\p{N}\p{M}-]+(?:\.[\p{L}\p{N}\p{M}-]+)*|\[[0-9a-z:.]+\])$/iu;

const plugin: Plugin<OurDomains> = definePlugin({
  configure(given): OurDomains {
    return new Set([given.serverName.toLowerCase(), ...listedDomains(given)]);
  },

  rcpt(event, ours): Answer {
    // Who is allowed not to be checked may not therefore relay: the mark `allowed` counts for nothing here.
    if (event.session.user !== undefined || event.session.marks?.includes("relay") === true) return accept();
    const domain = event.forwardPath.domain.toLowerCase();
    // Only `<postmaster>` comes without a domain, and it is always ours (RFC 5321 §4.5.1).
    if (domain === "" || isOurs(domain, ours)) return accept();
    return reject("Relaying denied", { status: "5.7.1" });
  },
});

export default plugin;

function listedDomains(given: Given): readonly string[] {
  const lines = given.lists["rcpthosts"] ?? [];
  for (const [index, line] of lines.entries()) {
    if (line.length <= 255 && domainLine.test(line)) continue;
    const seen = JSON.stringify(line.slice(0, 60));
    given.problem(`lists.rcpthosts[${index}]`, `${seen} is no domain: write "example.com" or ".example.com"`);
  }
  return lines.map((line) => line.toLowerCase());
}

function isOurs(domain: string, ours: OurDomains): boolean {
  if (ours.has(domain)) return true;
  // From the longest suffix to the shortest, so that a long list costs no more than a short one.
  for (let dot = domain.indexOf("."); dot !== -1; dot = domain.indexOf(".", dot + 1)) {
    if (ours.has(domain.slice(dot))) return true;
  }
  return false;
}
