// Turns the octets that a plugin wrote into a JSON value, or says why they are none.

/** Nobody needs deeper nesting, and no code that walks the value shall run out of stack. */
const deepest = 32;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export type Decoded = { readonly kind: "value"; readonly value: unknown } | {
  readonly kind: "bad";
  readonly why: string;
};

export function decodeJson(bytes: Uint8Array): Decoded {
  if (bytes.byteLength === 0) return { kind: "bad", why: "there is none" };
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { kind: "bad", why: "it is not UTF-8" };
  }
  try {
    return { kind: "value", value: JSON.parse(text) };
  } catch {
    return { kind: "bad", why: "it is not JSON" };
  }
}

/** What a string that a plugin wrote must never contain, wherever it stands, and where it was found. */
export interface Unsafe {
  readonly keys: readonly (string | number)[];
  readonly why: string;
}

/**
 * The first string (or key) with a control character or half a surrogate pair, which could end a line on the wire or in
 * a header; or a nesting too deep. `__proto__` as a key would reach the prototype of whatever it is merged into.
 */
export function findUnsafe(value: unknown, keys: readonly (string | number)[] = []): Unsafe | undefined {
  if (typeof value === "string") {
    const why = whyUnsafe(value);
    return why === undefined ? undefined : { keys, why };
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (keys.length === deepest) return { keys: keys.slice(0, 4), why: `is nested more than ${deepest} deep` };
  for (const [key, member] of Object.entries(value)) {
    const why = key === "__proto__" ? "must not have a member named __proto__" : whyUnsafe(key);
    if (why !== undefined) return { keys, why };
    const unsafe = findUnsafe(member, [...keys, Array.isArray(value) ? Number(key) : key]);
    if (unsafe !== undefined) return unsafe;
  }
  return undefined;
}

function whyUnsafe(text: string): string | undefined {
  const control = /\p{Cc}/u.exec(text);
  if (control !== null) {
    const code = (control[0].codePointAt(0) ?? 0).toString(16).padStart(4, "0");
    return `contains the control character U+${code.toUpperCase()}`;
  }
  return text.isWellFormed() ? undefined : "contains half a surrogate pair";
}
