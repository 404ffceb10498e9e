// `TextEncoder` of the WHATWG Encoding Standard. Part of a plugin only if it names it.

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(text = ""): Uint8Array<ArrayBuffer> {
    const source = `${text}`;
    const octets = new Uint8Array(source.length * 3);
    const { written } = this.encodeInto(source, octets);
    return octets.slice(0, written);
  }

  /** Writes as many whole characters as there is room for. `read` counts UTF-16 code units. */
  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    const source = `${text}`.toWellFormed();
    let read = 0;
    let written = 0;
    while (read < source.length) {
      const code = source.codePointAt(read) ?? 0;
      const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (written + size > target.length) break;
      writeCodePoint(target, written, code, size);
      written += size;
      read += size === 4 ? 2 : 1;
    }
    return { read, written };
  }
}

const leadBits = [0, 0, 0xc0, 0xe0, 0xf0];

function writeCodePoint(target: Uint8Array, at: number, code: number, size: number): void {
  let rest = code;
  for (let i = at + size - 1; i > at; i--) {
    target[i] = 0x80 | (rest & 0x3f);
    rest >>= 6;
  }
  target[at] = rest | (leadBits[size] ?? 0);
}
