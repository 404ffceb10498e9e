// The kinds of value that XCLIENT and XFORWARD carry, read from decoded text.

import { isIpv4, isIpv6 } from "./address_literal.ts";

/** An IPv4 address, or an IPv6 address behind `IPV6:`, in the spelling in which a socket would give it. */
export function readAddress(text: string): string | undefined {
  if (isIpv4(text)) return text;
  const [, ipv6 = ""] = /^ipv6:(.*)$/i.exec(text) ?? [];
  return isIpv6(ipv6) ? plainIpv6(ipv6) : undefined;
}

/** 0 to 65535, without leading zeros. */
export function readPort(text: string): number | undefined {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

/** What DNS gives as the name of an address. Underscores are no part of host names, but of real ones they are. */
export function readHostName(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/.test(text) && !isIpv4(text) ? text : undefined;
}

/** As parseCommand has it of EHLO: whether a name is good enough is for plugins to say. */
export function readHelloName(text: string): string | undefined {
  return /^[^\s\p{C}]+$/u.test(text) ? text : undefined;
}

/** Of one or more printable characters, spaces inside it allowed. */
export function readUserName(text: string): string | undefined {
  return /^[^\s\p{C}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\s\p{C}])?$/u.test(text) ? text : undefined;
}

/** Printable ASCII without what means something in a header field: safe in any log and any trace. */
export function readToken(text: string): string | undefined {
  return /^[!#-'*+\--:=?A-[\]-~]+$/.test(text) ? text : undefined;
}

function plainIpv6(text: string): string {
  // The WHATWG URL standard writes addresses as RFC 5952 §4 wants them.
  const written = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(written) ?? [];
  if (high === undefined || low === undefined) return written;
  const [front, back] = [parseInt(high, 16), parseInt(low, 16)];
  return [front >> 8, front & 255, back >> 8, back & 255].join(".");
}
