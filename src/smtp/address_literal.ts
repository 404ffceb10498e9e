// Address literals in the place of a domain: [192.0.2.1], [IPv6:2001:db8::1], [tag:text]. RFC 5321 §4.1.3.

const octet = /^(?:0|[1-9][0-9]{0,2})$/;
const group = /^[0-9A-Fa-f]{1,4}$/;
const general = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?:[!-Z^-~]+$/;

/** Is this, with its brackets, an address literal? */
export function isAddressLiteral(text: string): boolean {
  if (text.length > 255 || !text.startsWith("[") || !text.endsWith("]")) return false;
  const inside = text.slice(1, -1);
  if (/^ipv6:/i.test(inside)) return isIpv6(inside.slice(5));
  return isIpv4(inside) || general.test(inside);
}

/** Four numbers of 0-255. Leading zeros are refused: to some programs 010 is eight. */
export function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => octet.test(part) && Number(part) <= 255);
}

/** Textual IPv6 of RFC 4291 §2.2 without zone; the last 32 bits may be written as IPv4. */
export function isIpv6(text: string): boolean {
  if (text.length > 45) return false;
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [i, half] of halves.entries()) {
    if (half === "") {
      if (halves.length === 1) return false;
      continue;
    }
    const parts = half.split(":");
    for (const [j, part] of parts.entries()) {
      const isLast = i === halves.length - 1 && j === parts.length - 1;
      if (group.test(part)) groups += 1;
      else if (isLast && isIpv4(part)) groups += 2;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}
