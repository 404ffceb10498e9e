// Splits a module into its sections: known ids only, each once, in the order the standard asks for.

import { Reader } from "./reader.ts";
import { keptSection } from "./reserved_names.ts";
import { Refused } from "./refused.ts";

export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** The order in which sections must stand, which is not that of their ids. */
const order: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** More than any compiler writes; bounds the time spent on a file made of empty sections. */
const mostSections = 4096;

export interface Sections {
  /** The body of the section with this id, where the module has it. */
  body(id: number): Reader | undefined;
  /** Custom sections that are kept, whole, with id and size. */
  readonly kept: readonly Reader[];
}

export function splitSections(bytes: Uint8Array): Sections {
  const reader = new Reader(bytes, 0, bytes.length);
  readHeader(reader);
  const found = new Map<number, Reader>();
  const kept: Reader[] = [];
  let last = -1;
  for (let count = 0; !reader.done; count++) {
    if (count === mostSections) reader.refuse(`it has more than ${mostSections} sections`);
    const start = reader.at;
    const id = reader.octet();
    const body = reader.part(reader.u32());
    if (id === sectionIds.custom) {
      if (body.name() === keptSection) kept.push(new Reader(bytes, start, body.end));
      continue;
    }
    const place = order.indexOf(id);
    if (place < 0) throw new Refused(start, `the section ${id} is not known`);
    if (place <= last) throw new Refused(start, `the section ${id} stands twice or in the wrong place`);
    last = place;
    found.set(id, body);
  }
  return { body: (id) => found.get(id), kept };
}

function readHeader(reader: Reader): void {
  const { bytes } = reader;
  if (!isAt(bytes, 0, [0x00, 0x61, 0x73, 0x6d])) reader.refuse("it does not begin like a WebAssembly module");
  if (bytes[6] === 1) throw new Refused(4, "it is a component; give the core module that is inside");
  if (!isAt(bytes, 4, [0x01, 0x00, 0x00, 0x00])) throw new Refused(4, "it is not of version 1 of WebAssembly");
  reader.skip(8);
}

function isAt(bytes: Uint8Array, at: number, octets: readonly number[]): boolean {
  return octets.every((octet, i) => bytes[at + i] === octet);
}
