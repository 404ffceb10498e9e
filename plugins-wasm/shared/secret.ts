// How a user is known by a secret: one of the forms below. No message repeats anything of it.

export type Secret = Keys | Hash | Clear | Certificate;

/** What an ordinary password is checked against. */
export type PasswordSecret = Keys | Hash | Clear;

/** `text` is the line's own, for the host; the rest is its parts. */
export interface Keys {
  readonly kind: "keys";
  readonly text: string;
  readonly salt: string;
  readonly iterations: number;
  readonly storedKey: string;
  readonly serverKey: string;
}

export interface Hash {
  readonly kind: "hash";
  readonly text: string;
}

export interface Clear {
  readonly kind: "clear";
  readonly password: string;
}

export interface Certificate {
  readonly kind: "certificate";
  /** SHA-256, lower-case hexadecimal digits. */
  readonly fingerprint: string;
}

/** A string is a problem, worded to stand behind the place. */
type Read = Secret | string;

/** The first that begins so decides. */
const forms: readonly (readonly [begins: RegExp, read: (text: string) => Read])[] = [
  [/^SCRAM-SHA-256\$/, readKeys],
  [/^\$scrypt\$/, readHash],
  [/^\{CERT\}/, (text) => readCertificate(text.slice("{CERT}".length))],
  [/^\{CLEAR\}/, (text) => readClear(text.slice("{CLEAR}".length))],
  // Taken for a password, the hash itself would let its finder in.
  [/^(?:\{[\w.-]+\}|\$[\w-]+\$|SCRAM-)/, unknownForm],
  [/^/, readClear],
];

export function readSecret(text: string): Read {
  return forms.find(([begins]) => begins.test(text))?.[1](text) ?? unknownForm();
}

function unknownForm(): string {
  return "has a secret of a form that is not known here; a password that only looks so is written {CLEAR}password";
}

// RFC 5803 §2. The bounds are those of the host, which uses the keys.
const iterationBounds = { least: 4096, most: 600_000 };
const keysForm = /^SCRAM-SHA-256\$(\d{1,6}):([A-Za-z0-9+/]{10,86}={0,2})\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)$/;

function readKeys(text: string): Read {
  const [, count, salt = "", storedKey = "", serverKey = ""] = keysForm.exec(text) ?? [];
  const octets = octetsIn(salt);
  if (count === undefined || octets === undefined) {
    return "has keys that are not like SCRAM-SHA-256$iterations:salt$storedKey:serverKey";
  }
  const iterations = Number(count);
  if (iterations < iterationBounds.least || iterations > iterationBounds.most) {
    return `has keys of ${iterations} iterations; ${iterationBounds.least} to ${iterationBounds.most} are taken`;
  }
  if (octets < 8 || octets > 64) return `has a salt of ${octets} octets; 8 to 64 are taken`;
  if (octetsIn(storedKey) !== 32 || octetsIn(serverKey) !== 32) return "has keys that are not base64 of 32 octets";
  return { kind: "keys", text, salt, iterations, storedKey, serverKey };
}

/** As base64 is written in one way only; `undefined` if this is another, or none. */
function octetsIn(base64: string): number | undefined {
  try {
    const octets = atob(base64);
    return btoa(octets) === base64 ? octets.length : undefined;
  } catch {
    return undefined;
  }
}

const hashForm = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{43,86}$/;

function readHash(text: string): Read {
  const [, ln, r, p] = hashForm.exec(text) ?? [];
  if (ln === undefined) return "has a hash that is not like $scrypt$ln=16,r=8,p=1$salt$hash";
  const work = 2 ** Number(ln) * Number(r) * Number(p);
  if (Number(ln) < 10 || work === 0 || work > 2 ** 20) {
    return "has a hash of a cost that is not taken: ln is at least 10, and 2^ln * r * p at most 2^20";
  }
  return { kind: "hash", text };
}

/** In the form in which the host hands over what a client sends: RFC 8265 §4. */
function readClear(text: string): Read {
  const password = text.replace(/\p{Zs}/gu, " ").normalize("NFC");
  if (password === "") return "has no secret";
  return password.length > 1024 ? "has a password of more than 1,024 characters" : { kind: "clear", password };
}

/** As openssl prints it, or without the colons. */
function readCertificate(text: string): Read {
  const fingerprint = text.replaceAll(":", "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(fingerprint)) return { kind: "certificate", fingerprint };
  return "has a fingerprint that is not the 64 hexadecimal digits of SHA-256";
}
