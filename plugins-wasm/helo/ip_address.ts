// IP addresses as text, brought into one form so that two spellings of the same address are equal.

/** Dotted IPv4, or IPv6 as eight hexadecimal groups; an IPv4-mapped IPv6 address becomes IPv4. Not an address: undefined. */
export function canonicalAddress(text: string): string | undefined {
  return text.includes(":") ? canonicalIpv6(text) : canonicalIpv4(text);
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  const canonical = canonicalAddress(address);
  return canonical !== undefined && (canonical.startsWith("127.") || canonical === "0:0:0:0:0:0:0:1");
}

function canonicalIpv4(text: string): string | undefined {
  const octets = text.split(".");
  const valid = octets.length === 4 &&
    octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256);
  return valid ? text : undefined;
}

function canonicalIpv6(text: string): string | undefined {
  const halves = withoutDots(text).split("::");
  const [head, tail] = [groupsOf(halves[0] ?? ""), groupsOf(halves[1] ?? "")];
  if (halves.length > 2 || head === undefined || tail === undefined) return undefined;
  const zeros = 8 - head.length - tail.length;
  // RFC 4291 §2.2: `::` stands for at least one group, and without it there must be eight.
  if (halves.length === 2 ? zeros < 1 : zeros !== 0) return undefined;
  const groups = [...head, ...new Array<number>(zeros).fill(0), ...tail];
  const [mark = 0, high = 0, low = 0] = groups.slice(5);
  const mapped = mark === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (mapped) return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return groups.map((group) => group.toString(16)).join(":");
}

/** RFC 4291 §2.2: the last two groups may be written as IPv4. */
function withoutDots(text: string): string {
  const end = text.slice(text.lastIndexOf(":") + 1);
  if (canonicalIpv4(end) === undefined) return text;
  const [a = 0, b = 0, c = 0, d = 0] = end.split(".").map(Number);
  return `${text.slice(0, -end.length)}${(a << 8 | b).toString(16)}:${(c << 8 | d).toString(16)}`;
}

/** The 16-bit groups of one side of `::`. */
function groupsOf(side: string): readonly number[] | undefined {
  const groups = side === "" ? [] : side.split(":");
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}
