import assert from "node:assert/strict";
import { test } from "node:test";
import { cdbKeys } from "./cdb_keys.ts";

/** The records of a database with empty tables: nothing reads those. */
function database(...records: readonly (readonly [key: string, value: string])[]): Uint8Array {
  const encoded = records.flatMap((
    [key, value],
  ) => [...number(key.length), ...number(value.length), ...octets(key + value)]);
  const end = number(2048 + encoded.length);
  return Uint8Array.from([...Array.from({ length: 256 }, () => [...end, ...number(0)]).flat(), ...encoded]);
}

function number(value: number): readonly number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

function octets(text: string): readonly number[] {
  return [...new TextEncoder().encode(text)];
}

test("the keys of a database come in their order, and no more than asked for", () => {
  const file = database(["a.example", ""], [".b.example", "1"], ["c.example", ""]);
  assert.deepEqual(cdbKeys(file, 10), ["a.example", ".b.example", "c.example"]);
  assert.deepEqual(cdbKeys(file, 2), ["a.example", ".b.example"]);
  assert.deepEqual(cdbKeys(database(), 10), []);
});

test("keys that no list can hold are left out", () => {
  assert.deepEqual(cdbKeys(database(["a b", ""], ["x\n", ""], ["", ""], ["ok", ""]), 10), ["ok"]);
});

test("a damaged database is none, wherever it is cut", () => {
  const file = database(["a.example", "value"], ["b.example", "value"]);
  for (let length = 0; length < file.length; length += 7) {
    assert.equal(cdbKeys(file.subarray(0, length), 10), undefined);
  }
  const lying = Uint8Array.from(file);
  lying.set([0xff, 0xff, 0xff, 0xff], 2048);
  assert.equal(cdbKeys(lying, 10), undefined);
});
