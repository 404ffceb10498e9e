// The bytes of modules, honest and lying, and what is read from them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withSection } from "../../test/support/wat_plugin.ts";
import { type CustomSection, readCustomSection, wasmKind } from "./custom_section.ts";

const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const one = [0, 3, 1, 0x61, 0x2a]; // custom section "a" of one octet
const type = [1, 1, 0]; // an empty type section

function bad(offset: number, why: string): CustomSection {
  return { kind: "malformed", offset, why };
}
const longer = "a section is longer than the file";
const noNumber = "the length of a section is no number";

const rows: readonly (readonly [title: string, bytes: readonly number[], expected: CustomSection])[] = [
  ["an empty module has none", head, { kind: "absent" }],
  ["it is found", [...head, ...one], { kind: "found", bytes: new Uint8Array([0x2a]) }],
  ["it is found behind others", [...head, ...type, 0, 2, 1, 0x62, ...one], {
    kind: "found",
    bytes: new Uint8Array([0x2a]),
  }],
  ["it may be empty", [...head, 0, 2, 1, 0x61], { kind: "found", bytes: new Uint8Array() }],
  ["a length in five octets is a length", [...head, 0, 0x83, 0x80, 0x80, 0x80, 0, 1, 0x61, 0x2a], {
    kind: "found",
    bytes: new Uint8Array([0x2a]),
  }],
  ["a name that begins alike is another name", [...head, 0, 3, 2, 0x61, 0x62], { kind: "absent" }],
  ["a custom section inside another one is content", [...head, 0, 7, 1, 0x62, ...one], { kind: "absent" }],
  ["two of the name contradict each other", [...head, ...one, ...one], bad(13, "it has two sections named a")],
  ["a length past the end of the file", [...head, 0, 4, 1, 0x61, 0x2a], bad(8, longer)],
  ["a length of 4 GB", [...head, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0x61], bad(8, longer)],
  ["a length of more than 32 bits", [...head, 0, 0xff, 0xff, 0xff, 0xff, 0x1f, 1, 0x61], bad(9, noNumber)],
  ["a length without an end", [...head, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0], bad(9, noNumber)],
  ["a length that is cut off", [...head, 0, 0x80], bad(9, noNumber)],
  ["a section without a length", [...head, 0], bad(9, noNumber)],
  [
    "a name longer than its section",
    [...head, 0, 2, 9, 0x61, ...type],
    bad(10, "the name of a custom section is longer than the section"),
  ],
  ["a section without a name", [...head, 0, 0], bad(10, "the name of a custom section is longer than the section")],
  ["a file cut in its head", head.slice(0, 6), bad(0, "it does not begin like a WebAssembly module")],
];

for (const [title, bytes, expected] of rows) {
  test(title, () => assert.deepEqual(readCustomSection(new Uint8Array(bytes), "a"), expected));
}

test("the time for a file of empty sections is bounded", () => {
  const bytes = new Uint8Array([...head, ...Array.from({ length: 5000 }, () => type).flat()]);
  assert.deepEqual(readCustomSection(bytes, "a"), bad(8 + 3 * 4096, "it has more than 4096 sections"));
});

test("a section longer than 127 octets is read whole", () => {
  const content = new Uint8Array(100_000).fill(7);
  const found = readCustomSection(withSection(new Uint8Array(head), "x.y", content), "x.y");
  assert.deepEqual(found, { kind: "found", bytes: content });
});

test("a component is told from a module", () => {
  assert.equal(wasmKind(new Uint8Array(head)), "module");
  assert.equal(wasmKind(new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0])), "component");
  assert.equal(wasmKind(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])), "unknown");
});
