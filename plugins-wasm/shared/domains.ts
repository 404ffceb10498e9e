// Lists of domains: which of them a mailbox is in.

import type { Given } from "#sdk";

/** Domains in lower case; one with a leading dot stands for everything below it. */
export type Domains = ReadonlySet<string>;

// A domain name, its subdomains (`.example.com`), or an address literal. Letters of any script: RFC 6531 §3.3.
const domainLine = /^(?:\.?[\p{L}\p{N}\p{M}-]+(?:\.[\p{L}\p{N}\p{M}-]+)*|\[[0-9a-z:.]+\])$/iu;

/** Every line that is no domain becomes a problem at that path, `lists.rcpthosts`. */
export function readDomains(given: Given, path: string, lines: readonly string[]): Domains {
  for (const [index, line] of lines.entries()) {
    if (line.length <= 255 && domainLine.test(line)) continue;
    const seen = JSON.stringify(line.slice(0, 60));
    given.problem(`${path}[${index}]`, `${seen} is no domain: write "example.com" or ".example.com"`);
  }
  return new Set(lines.map((line) => line.toLowerCase()));
}

/** `domain` is in lower case. */
export function isAmong(domain: string, domains: Domains): boolean {
  if (domains.has(domain)) return true;
  // From the longest suffix to the shortest, so that a long list costs no more than a short one.
  for (let dot = domain.indexOf("."); dot !== -1; dot = domain.indexOf(".", dot + 1)) {
    if (domains.has(domain.slice(dot))) return true;
  }
  return false;
}
