// `TextDecoder` of the WHATWG Encoding Standard, for UTF-8 only. Part of a plugin only if it names it.

const labels = ["unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "utf-8", "utf8", "x-unicode20utf8"];
const replacement = 0xfffd;
const byteOrderMark = 0xfeff;
/** As many arguments as `String.fromCodePoint` may safely be given. */
const chunk = 4096;

/** A character of which only the first octets have come. */
interface Unfinished {
  needed: number;
  code: number;
  /** Range of the next octet: narrower after E0, ED, F0 and F4. */
  lower: number;
  upper: number;
}

export class TextDecoder {
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  #unfinished: Unfinished = startOfCharacter();
  #atStart = true;

  constructor(label = "utf-8", options: { readonly fatal?: boolean; readonly ignoreBOM?: boolean } = {}) {
    if (!labels.includes(`${label}`.trim().toLowerCase())) {
      throw new RangeError(`TextDecoder knows only utf-8 in a plugin, not ${label}`);
    }
    this.fatal = Boolean(options?.fatal);
    this.ignoreBOM = Boolean(options?.ignoreBOM);
  }

  get encoding(): string {
    return "utf-8";
  }

  /** Throws a TypeError on malformed input if `fatal`. */
  decode(input: ArrayBuffer | ArrayBufferView = new Uint8Array(), options: { readonly stream?: boolean } = {}): string {
    let text = "";
    let codes: number[] = [];
    for (const octet of octetsOf(input)) {
      this.#take(octet, codes);
      if (codes.length < chunk) continue;
      text += this.#text(codes);
      codes = [];
    }
    if (options?.stream !== true) this.#finish(codes);
    text += this.#text(codes);
    if (options?.stream !== true) this.#atStart = true;
    return text;
  }

  #take(octet: number, codes: number[]): void {
    const state = this.#unfinished;
    if (state.needed === 0) {
      this.#begin(octet, codes);
    } else if (octet < state.lower || octet > state.upper) {
      this.#malformed(codes);
      this.#begin(octet, codes);
    } else {
      state.code = (state.code << 6) | (octet & 0x3f);
      state.needed -= 1;
      state.lower = 0x80;
      state.upper = 0xbf;
      if (state.needed === 0) codes.push(state.code);
    }
  }

  #begin(octet: number, codes: number[]): void {
    if (octet < 0x80) {
      codes.push(octet);
    } else if (octet >= 0xc2 && octet <= 0xf4) {
      const needed = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
      this.#unfinished = {
        needed,
        code: octet & (0x3f >> needed),
        lower: octet === 0xe0 ? 0xa0 : octet === 0xf0 ? 0x90 : 0x80,
        upper: octet === 0xed ? 0x9f : octet === 0xf4 ? 0x8f : 0xbf,
      };
    } else {
      this.#malformed(codes);
    }
  }

  #malformed(codes: number[]): void {
    this.#unfinished = startOfCharacter();
    if (this.fatal) {
      this.#atStart = true;
      throw new TypeError("The octets are not valid UTF-8");
    }
    codes.push(replacement);
  }

  #finish(codes: number[]): void {
    if (this.#unfinished.needed > 0) this.#malformed(codes);
  }

  #text(codes: readonly number[]): string {
    if (codes.length === 0) return "";
    const skipped = this.#atStart && !this.ignoreBOM && codes[0] === byteOrderMark;
    this.#atStart = false;
    return String.fromCodePoint(...(skipped ? codes.slice(1) : codes));
  }
}

function startOfCharacter(): Unfinished {
  return { needed: 0, code: 0, lower: 0x80, upper: 0xbf };
}

function octetsOf(input: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return new Uint8Array(input);
}
