// Reads the scripts of the WebAssembly specification's tests (.wast) into modules, calls and what they must end in.

export type Form = string | readonly Form[];

/** One form of a script with its own text, which an assembler takes. */
export interface TopForm {
  readonly form: readonly Form[];
  readonly text: string;
}

const token = /\(;[\s\S]*?;\)|;;[^\n]*|\(|\)|"(?:\\.|[^"\\])*"|[^\s()";]+/g;

export function parseWast(text: string): TopForm[] {
  const tops: TopForm[] = [];
  const open: Form[][] = [];
  let start = 0;
  for (const found of text.matchAll(token)) {
    const [word] = found;
    if (word.startsWith(";;") || word.startsWith("(;")) continue;
    if (word === "(") {
      if (open.length === 0) start = found.index;
      open.push([]);
    } else if (word === ")") {
      const form = open.pop() ?? [];
      if (open.length === 0) tops.push({ form, text: text.slice(start, found.index + 1) });
      else open.at(-1)?.push(form);
    } else {
      open.at(-1)?.push(word);
    }
  }
  return tops;
}

/** The octets of string literals, as in `(module binary "\\00asm" ...)`. */
export function octetsOf(literals: readonly Form[]): Uint8Array {
  const octets: number[] = [];
  for (const literal of literals) {
    if (typeof literal !== "string" || !literal.startsWith('"')) continue;
    for (const [part] of literal.slice(1, -1).matchAll(/\\[0-9a-fA-F]{2}|\\.|[^\\]+/g)) {
      if (/^\\[0-9a-fA-F]{2}$/.test(part)) octets.push(Number.parseInt(part.slice(1), 16));
      else octets.push(...new TextEncoder().encode(part.startsWith("\\") ? escaped[part] ?? part.slice(1) : part));
    }
  }
  return Uint8Array.from(octets);
}

const escaped: { readonly [escape: string]: string } = { "\\n": "\n", "\\t": "\t", "\\r": "\r" };

/** The JavaScript value of `(i32.const 1)`; `undefined` for what JavaScript cannot pass. */
export function valueOf(form: Form): { readonly value: unknown } | undefined {
  const [kind, word] = form as readonly string[];
  const text = (word ?? "").replaceAll("_", "");
  if (kind === "i32.const") return { value: Number(integer(text) & 0xffff_ffffn) | 0 };
  if (kind === "i64.const") return { value: BigInt.asIntN(64, integer(text)) };
  if (kind === "f32.const" || kind === "f64.const") return { value: float(text) };
  if (kind === "ref.null") return { value: null };
  if (kind === "ref.extern" || kind === "ref.host") return { value: `host ${text}` };
  return undefined;
}

function integer(text: string): bigint {
  return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text.replace(/^\+/, ""));
}

/** Exact enough to be the same input for two instances: digits below a double's precision are dropped. */
function float(text: string): number {
  const [, sign, rest = ""] = /^([+-]?)(.*)$/.exec(text) ?? [];
  const size = rest === "inf" ? Infinity : rest.startsWith("nan") ? NaN : rest.startsWith("0x") ? hex(rest) : +rest;
  return sign === "-" ? -size : size;
}

function hex(text: string): number {
  const [mantissa = "0", exponent = "0"] = text.slice(2).split(/p/i);
  const [whole = "", fraction = ""] = mantissa.split(".");
  return Number(BigInt(`0x0${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
}
