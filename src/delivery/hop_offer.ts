// What the next server offered in its answer to EHLO, as far as delivery uses it. Pure.

export interface HopOffer {
  readonly pipelining: boolean;
  readonly eightBit: boolean;
  readonly smtpUtf8: boolean;
  readonly size: boolean;
  /** Octets; Infinity if the server named no limit. RFC 1870 §4: 0 is no limit either. */
  readonly maxSize: number;
  readonly startTls: boolean;
  /** SASL mechanisms in upper case; none if there is no AUTH. */
  readonly mechanisms: readonly string[];
  readonly dsn: boolean;
  readonly requireTls: boolean;
  /** CHUNKING and BINARYMIME both: RFC 3030 §3 has the second need the first. */
  readonly binary: boolean;
  readonly priority: boolean;
  readonly deliverBy: boolean;
  readonly futureRelease: boolean;
}

/** What a server without EHLO offers. */
export const plainOffer: HopOffer = parseHopOffer([]);

/** Reads the lines of the 250 reply; the first is the server's name and greeting. RFC 5321 §4.1.1.1. */
export function parseHopOffer(lines: readonly string[]): HopOffer {
  const keywords = new Map(
    lines.slice(1).map((line) => {
      const [keyword = "", ...parameters] = line.trim().toUpperCase().split(/\s+/);
      return [keyword, parameters];
    }),
  );
  const limit = /^\d{1,15}$/.exec(keywords.get("SIZE")?.[0] ?? "")?.[0] ?? "0";
  return {
    pipelining: keywords.has("PIPELINING"),
    eightBit: keywords.has("8BITMIME"),
    smtpUtf8: keywords.has("SMTPUTF8"),
    size: keywords.has("SIZE"),
    maxSize: Number(limit) === 0 ? Infinity : Number(limit),
    startTls: keywords.has("STARTTLS"),
    mechanisms: keywords.get("AUTH") ?? [],
    dsn: keywords.has("DSN"),
    requireTls: keywords.has("REQUIRETLS"),
    binary: keywords.has("CHUNKING") && keywords.has("BINARYMIME"),
    priority: keywords.has("MT-PRIORITY"),
    deliverBy: keywords.has("DELIVERBY"),
    futureRelease: keywords.has("FUTURERELEASE"),
  };
}
