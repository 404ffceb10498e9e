// What p0f 3 is asked on its socket, and what it answers. Pure. Numbers are in the order of the machine's octets, which is
// little-endian wherever this server runs.

/** What p0f says of a client; what it does not know is absent. */
export interface Fingerprint {
  /** `os_name` and `os_flavor`: `Linux 3.11 and newer`. */
  readonly genre?: string;
  readonly os_name?: string;
  readonly os_flavor?: string;
  readonly http_name?: string;
  readonly http_flavor?: string;
  /** `Ethernet or modem`, `DSL`, ... */
  readonly link?: string;
  readonly language?: string;
  /** Hops between the client and here. */
  readonly distance?: number;
  /** Minutes since the client was started. */
  readonly uptime?: number;
  /** Seconds since 1970. */
  readonly first_seen?: number;
  readonly last_seen?: number;
  readonly total_conn?: number;
  /** When a change of address, or of what is behind it, was seen last; seconds since 1970. */
  readonly last_nat?: number;
  readonly last_chg?: number;
  /** 1: its User-Agent and its operating system do not agree; 2: they never could. */
  readonly bad_sw?: number;
  /** 1 fuzzy, 2 generic, 3 both. */
  readonly os_match_q?: number;
}

export type Answered =
  | { readonly kind: "known"; readonly fingerprint: Fingerprint }
  /** It has not seen this client. */
  | { readonly kind: "unknown" }
  | { readonly kind: "nonsense"; readonly why: string };

export const answerOctets = 232;

const queryMagic = 0x50304601;
const answerMagic = 0x50304602;
const [badQuery, found, noMatch] = [0x00, 0x10, 0x20];

const numbers: readonly (readonly [name: keyof Fingerprint, offset: number])[] = [
  ["first_seen", 8],
  ["last_seen", 12],
  ["total_conn", 16],
  ["uptime", 20],
  ["last_nat", 28],
  ["last_chg", 32],
];
const texts: readonly (readonly [name: keyof Fingerprint, offset: number])[] = [
  ["os_name", 40],
  ["os_flavor", 72],
  ["http_name", 104],
  ["http_flavor", 136],
  ["link", 168],
  ["language", 200],
];
const textOctets = 32;

/** 21 octets for an address of 4 or 16. */
export function queryFor(address: readonly number[]): Uint8Array {
  const query = new Uint8Array(21);
  new DataView(query.buffer).setUint32(0, queryMagic, true);
  query[4] = address.length === 4 ? 4 : 6;
  query.set(address, 5);
  return query;
}

export function readAnswer(octets: Uint8Array): Answered {
  if (octets.length !== answerOctets) return nonsense(`${octets.length} octets, not ${answerOctets}`);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (view.getUint32(0, true) !== answerMagic) return nonsense("no answer of p0f 3");
  switch (view.getUint32(4, true)) {
    case found:
      return { kind: "known", fingerprint: fingerprintIn(view, octets) };
    case noMatch:
      return { kind: "unknown" };
    case badQuery:
      return nonsense("p0f does not understand the question");
    default:
      return nonsense("an unknown status");
  }
}

function fingerprintIn(view: DataView, octets: Uint8Array): Fingerprint {
  const known: Record<string, string | number> = {};
  for (const [name, offset] of texts) known[name] = textAt(octets, offset);
  for (const [name, offset] of numbers) known[name] = view.getUint32(offset, true);
  [known["bad_sw"], known["os_match_q"]] = [view.getUint8(38), view.getUint8(39)];
  known["genre"] = `${known["os_name"]} ${known["os_flavor"]}`.trim();
  const distance = view.getInt16(36, true);
  // Nothing and 0 are how p0f says that it does not know; of hops, -1.
  const told = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== "" && value !== 0));
  return distance < 0 ? told : { ...told, distance };
}

/** Up to its NUL; p0f takes some of it from the client. */
function textAt(octets: Uint8Array, offset: number): string {
  const field = octets.subarray(offset, offset + textOctets);
  const end = field.indexOf(0);
  const characters = Array.from(end < 0 ? field : field.subarray(0, end), (octet) => String.fromCharCode(octet));
  return characters.join("").replaceAll(/[^ -~]/g, "?");
}

function nonsense(why: string): Answered {
  return { kind: "nonsense", why };
}
