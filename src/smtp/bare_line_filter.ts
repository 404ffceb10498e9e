// Finds CR and LF that are no part of a CRLF in a stream of octets; where it is allowed to, it makes a bare LF a CRLF.

const LF = 0x0a;
const CR = 0x0d;
const crlf = Uint8Array.of(CR, LF);

/** How the octets were cut into chunks never changes what comes out. */
export class BareLineFilter {
  readonly #normalizes: boolean;
  #afterCr = false;
  #broken = false;

  constructor(policy: "reject" | "normalize") {
    this.#normalizes = policy === "normalize";
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** Slices of `chunk` where possible. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const octet = chunk[i];
      if (this.#afterCr && octet !== LF) this.#broken = true;
      if (octet === LF && !this.#afterCr) {
        if (this.#normalizes) {
          pieces.push(chunk.subarray(from, i), crlf);
          from = i + 1;
        } else this.#broken = true;
      }
      this.#afterCr = octet === CR;
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
    return pieces;
  }

  finish(): void {
    if (this.#afterCr) this.#broken = true;
  }
}
