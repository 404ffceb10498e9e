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

/**
 * The text of 4 or 16 octets as the operating system writes it: no leading zeros, lower case, the longest run of zero
 * groups as `::` (RFC 5952 §4). An IPv4-mapped address is written as the IPv4 address that it is.
 */
export function formatAddress(octets: Uint8Array): string {
  const plain = unmapped(octets);
  if (plain.length === 4) return plain.join(".");
  const groups = groupsOf(plain);
  const run = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(":");
  return `${hex.slice(0, run.start).join(":")}::${hex.slice(run.start + run.length).join(":")}`;
}

/** The IPv4 address in an IPv4-mapped one, which is how a socket for both families writes it. RFC 4291 §2.5.5.2. */
export function unmapped(octets: Uint8Array): Uint8Array {
  if (octets.length !== 16 || octets[10] !== 0xff || octets[11] !== 0xff) return octets;
  for (let i = 0; i < 10; i++) if (octets[i] !== 0) return octets;
  return octets.subarray(12);
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

/** The first of the longest. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > longest.length) longest = { start, length: end - start };
  }
  return longest;
}
