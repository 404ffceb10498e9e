// Names and passwords in the one form in which they can be compared. RFC 4013 (SASLprep), RFC 8265 §4 (OpaqueString).
//
// Of SASLprep this leaves out what needs tables that no runtime has: the check of mixed writing directions (§2.4), and
// the code points unassigned in Unicode 3.2, which §2.5 allows in what a client sends.

/** Octets of UTF-8, before and after preparation: NFKC can make one character eighteen. */
const maxNameOctets = 255;
const maxPasswordOctets = 4096;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// RFC 3454 C.1.2, B.1, and C.2 to C.9.
const otherSpaces = /[\u200b\p{Zs}]/gu;
const mappedToNothing = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;
const prohibited = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2ff0-\u2ffb\ufff9-\ufffd]/u;

/** `undefined`: not UTF-8. */
export function readUtf8(octets: Uint8Array): string | undefined {
  try {
    return utf8.decode(octets);
  } catch {
    return undefined;
  }
}

/** A user name by SASLprep, so in NFKC; case is kept. `undefined`: empty, too long, or it holds what no name may. */
export function prepareName(text: string): string | undefined {
  return fits(text, maxNameOctets) ? bounded(saslPrep(text), maxNameOctets) : undefined;
}

/**
 * A password that is compared as it is, by OpaqueString: in NFC, every space an ASCII one, and nothing else changed.
 * NFKC would make passwords alike that are not, and differ from the hashes of most servers. `undefined`: as for names.
 * The empty password is none: some directories take it for "no need to look".
 */
export function preparePassword(text: string): string | undefined {
  if (!fits(text, maxPasswordOctets) || /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(text)) return undefined;
  return bounded(text.replace(/\p{Zs}/gu, " ").normalize("NFC"), maxPasswordOctets);
}

/** A password from which keys are made, by SASLprep as RFC 5802 §2.2 wants it: the client does the same. */
export function preparePasswordForKeys(text: string): string | undefined {
  return fits(text, maxPasswordOctets) ? bounded(saslPrep(text), maxPasswordOctets) : undefined;
}

function saslPrep(text: string): string {
  const prepared = text.replace(otherSpaces, " ").replace(mappedToNothing, "").normalize("NFKC");
  return prohibited.test(prepared) ? "" : prepared;
}

function bounded(text: string, mostOctets: number): string | undefined {
  return text !== "" && fits(text, mostOctets) ? text : undefined;
}

function fits(text: string, mostOctets: number): boolean {
  return text.length <= mostOctets && Buffer.byteLength(text) <= mostOctets;
}
