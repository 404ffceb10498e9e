import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseCertificate } from "./choose_certificate.ts";

const certificates = [
  ["mx.example.org"],
  ["*.wild.test", "other.test"],
  ["one.wild.test"],
  ["other.test"],
];

const cases: readonly [asked: string | undefined, index: number][] = [
  [undefined, 0],
  ["", 0],
  ["mx.example.org", 0],
  ["unknown.test", 0],
  ["other.test", 1],
  ["OTHER.Test", 1],
  ["other.test.", 1],
  ["two.wild.test", 1],
  // Exact before wildcard, whatever the order.
  ["one.wild.test", 2],
  // A wildcard stands for one label, not for two and not for none.
  ["a.two.wild.test", 0],
  ["wild.test", 0],
  [".wild.test", 0],
  [".", 0],
];

for (const [asked, index] of cases) {
  test(`a client that asks for ${JSON.stringify(asked)} gets certificate ${index}`, () => {
    assert.equal(chooseCertificate(certificates, asked), index);
  });
}
