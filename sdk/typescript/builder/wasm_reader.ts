// Takes a core wasm module apart as far as the builder must know it: sections, imports, exports, globals, types.

/** One section: `body` is without the id and the size. */
export interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  code: 10,
  data: 11,
  dataCount: 12,
};

export const externKinds = { function: 0, table: 1, memory: 2, global: 3 };

export interface Export {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

/** `name` is `module.name`, `octets` the whole entry. */
export interface Import {
  readonly name: string;
  readonly type: number;
  readonly octets: Uint8Array;
}

/** A global's declared type (0x7f i32, 0x7e i64) and its initial expression with the closing 0x0b. */
export interface Global {
  readonly type: number;
  readonly mutable: boolean;
  readonly initial: Uint8Array;
}

/** Reads numbers and names from front to back. Throws a RangeError past the end. */
export class Cursor {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  octet(): number {
    const octet = this.#bytes[this.#at];
    if (octet === undefined) throw new RangeError(`The wasm module ends inside a number at ${this.#at}.`);
    this.#at += 1;
    return octet;
  }

  /** An unsigned LEB128 number below 2^32. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const octet = this.octet();
      value += (octet & 0x7f) * 2 ** shift;
      if (octet < 0x80) return value;
    }
    throw new RangeError(`A number in the wasm module is too long at ${this.#at}.`);
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) {
      throw new RangeError(`The wasm module ends inside a section at ${this.#at}.`);
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }
}

export function readSections(wasm: Uint8Array): Section[] {
  const cursor = new Cursor(wasm, 8);
  const sections: Section[] = [];
  while (!cursor.done) sections.push({ id: cursor.octet(), body: cursor.take(cursor.unsigned()) });
  return sections;
}

/** The body of the one section with this id, empty if there is none. */
export function sectionBody(sections: readonly Section[], id: number): Uint8Array {
  return sections.find((section) => section.id === id)?.body ?? new Uint8Array([0]);
}

export function readExports(body: Uint8Array): Export[] {
  const cursor = new Cursor(body);
  return Array.from({ length: cursor.unsigned() }, () => ({
    name: cursor.name(),
    kind: cursor.octet(),
    index: cursor.unsigned(),
  }));
}

/** Globals whose initial expression is one constant, which is all that the core has. */
export function readGlobals(body: Uint8Array): Global[] {
  const cursor = new Cursor(body);
  return Array.from({ length: cursor.unsigned() }, () => {
    const type = cursor.octet();
    const mutable = cursor.octet() === 1;
    const start = cursor.at;
    while (cursor.octet() !== 0x0b) cursor.unsigned();
    return { type, mutable, initial: body.subarray(start, cursor.at) };
  });
}

/** The functions that the module imports; its own are numbered after them. Knows function imports only. */
export function readImports(body: Uint8Array): Import[] {
  const cursor = new Cursor(body);
  return Array.from({ length: cursor.unsigned() }, () => {
    const start = cursor.at;
    const name = `${cursor.name()}.${cursor.name()}`;
    if (cursor.octet() !== externKinds.function) throw new Error(`The core imports ${name}, which is no function.`);
    const type = cursor.unsigned();
    return { name, type, octets: body.subarray(start, cursor.at) };
  });
}

/** The number of the type `() -> i32`. */
export function typeOfHook(body: Uint8Array): number {
  const cursor = new Cursor(body);
  const count = cursor.unsigned();
  for (let i = 0; i < count; i++) {
    cursor.octet();
    const parameters = cursor.take(cursor.unsigned());
    const results = cursor.take(cursor.unsigned());
    if (parameters.length === 0 && results.length === 1 && results[0] === 0x7f) return i;
  }
  throw new Error("The core has no type () -> i32.");
}
