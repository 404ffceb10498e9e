// Turns the bytes a client sends between messages into command lines. RFC 5321 §2.3.8: only CRLF ends a line.

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0x00;
const nothing = new Uint8Array(0);

/** One for all: between two whole lines it keeps nothing. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Every way in which reading a line can end. */
export type Line =
  /** Without its CRLF. */
  | { readonly kind: "line"; readonly text: string }
  /** Longer than allowed; skipped to its CRLF. */
  | { readonly kind: "tooLong" }
  /** A CR or an LF that is not part of a CRLF: the sign of SMTP smuggling, or of a client that is no SMTP client. */
  | { readonly kind: "bareCrLf" }
  | { readonly kind: "nul" }
  | { readonly kind: "notUtf8" };

/**
 * Bounded as long as `next` is called until it returns `undefined` before more is pushed: then at most `maxOctets` of
 * an unfinished line are kept. Chunks are not copied unless a line spans them, so a chunk must not be reused after it
 * was pushed. How the bytes were cut into chunks never changes the lines.
 */
export class LineDecoder {
  readonly #maxOctets: number;
  #chunk: Uint8Array = nothing;
  #at = 0;
  /** The unfinished line was too long and its octets are being thrown away; the last of them decides about its end. */
  #skipped: { readonly lastOctet: number } | undefined;

  /** `maxOctets` counts the CRLF. RFC 4954 §4 asks for 12,288 in an exchange of AUTH; see `mostCommandOctets` too. */
  constructor(maxOctets = 12_400) {
    this.#maxOctets = maxOctets;
  }

  push(chunk: Uint8Array): void {
    const kept = this.buffered;
    if (kept === 0) {
      this.#chunk = chunk;
    } else {
      const joined = new Uint8Array(kept + chunk.length);
      joined.set(this.#chunk.subarray(this.#at));
      joined.set(chunk, kept);
      this.#chunk = joined;
    }
    this.#at = 0;
  }

  /** The next line, or `undefined` if more bytes are needed. */
  next(): Line | undefined {
    const start = this.#at;
    const end = this.#chunk.indexOf(LF, start);
    if (end === -1) {
      this.#boundUnfinished();
      return undefined;
    }
    this.#at = end + 1;
    const skipped = this.#skipped;
    this.#skipped = undefined;
    const beforeLf = end > start ? this.#chunk[end - 1] : skipped?.lastOctet;
    // Said at the bare LF, not at the next CRLF: a client which never sends CRLF would wait for ever.
    if (beforeLf !== CR) return { kind: "bareCrLf" };
    if (skipped !== undefined || end + 1 - start > this.#maxOctets) return { kind: "tooLong" };
    return this.#read(this.#chunk.subarray(start, end - 1));
  }

  /** All bytes after the lines taken so far. The decoder is empty afterwards. For the octets that follow DATA. */
  takeRest(): Uint8Array {
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = nothing;
    this.#at = 0;
    this.#skipped = undefined;
    return rest;
  }

  /** Octets pushed but not taken yet. */
  get buffered(): number {
    return this.#chunk.length - this.#at;
  }

  /** Is a complete line waiting? While it is, replies may be held back and sent together. RFC 2920 §3.2. */
  hasLine(): boolean {
    return this.#chunk.indexOf(LF, this.#at) !== -1;
  }

  #read(line: Uint8Array): Line {
    if (line.indexOf(CR) !== -1) return { kind: "bareCrLf" };
    if (line.indexOf(NUL) !== -1) return { kind: "nul" };
    try {
      return { kind: "line", text: utf8.decode(line) };
    } catch {
      return { kind: "notUtf8" };
    }
  }

  /** Not done in `push`: what looks like an endless line behind DATA is content, and `takeRest` owes all of it. */
  #boundUnfinished(): void {
    const kept = this.buffered;
    if (kept === 0 || (this.#skipped === undefined && kept < this.#maxOctets)) return;
    this.#skipped = { lastOctet: this.#chunk[this.#chunk.length - 1] ?? NUL };
    this.#chunk = nothing;
    this.#at = 0;
  }
}
