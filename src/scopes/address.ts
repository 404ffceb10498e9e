// IP addresses as text and as octets.

/** The 4 or 16 octets of a textual address, or `undefined`. No zones, no brackets, no leading zeros in IPv4. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** One spelling for each address, so that addresses can be compared as text; `undefined` if it is none. */
export function canonicalAddress(text: string): string | undefined {
  const octets = parseAddress(text);
  if (octets === undefined) return undefined;
  return octets.length === 4 ? octets.join(".") : groupsOf(octets).map((group) => group.toString(16)).join(":");
}

function parseIpv4(text: string): Uint8Array | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const numbers = match.slice(1);
  // To some programs 010 is eight.
  if (numbers.some((number) => Number(number) > 255 || /^0\d/.test(number))) return undefined;
  return Uint8Array.from(numbers, Number);
}

// RFC 4291 §2.2
function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = [octetsOf(halves[0] ?? "", halves.length === 1), octetsOf(halves[1] ?? "", true)];
  if (head === undefined || tail === undefined) return undefined;
  const given = head.length + tail.length;
  if (halves.length === 1 ? given !== 16 : given > 14) return undefined;
  const octets = new Uint8Array(16);
  octets.set(head);
  octets.set(tail, 16 - tail.length);
  return octets;
}

/** The groups between colons; the last may be an IPv4 address if the half ends the address. */
function octetsOf(half: string, isLast: boolean): readonly number[] | undefined {
  if (half === "") return [];
  const groups = half.split(":");
  const octets: number[] = [];
  for (const [i, group] of groups.entries()) {
    const ipv4 = isLast && i === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4 !== undefined) octets.push(...ipv4);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) octets.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 255);
    else return undefined;
  }
  return octets;
}

function groupsOf(octets: Uint8Array): readonly number[] {
  return Array.from({ length: 8 }, (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0));
}
