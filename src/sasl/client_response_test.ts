import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeInitial, decodeResponse, maxResponseLine } from "./client_response.ts";

const octets = (...list: readonly number[]) => ({ kind: "octets", octets: Uint8Array.from(list) });

const lines: readonly [line: string, expected: object][] = [
  ["", octets()],
  ["AA==", octets(0)],
  ["AQI=", octets(1, 2)],
  ["////", octets(255, 255, 255)],
  ["*", { kind: "cancelled" }],
];

const undecodable = [
  ["=", "stands for no octets only after AUTH"],
  ["**", ""],
  [" *", ""],
  ["=AAA", "RFC 4954 §4"],
  ["AAA=BBB", "RFC 4954 §4"],
  ["AA==AA==", "a pad that is not the end"],
  ["AAA", "without its pad"],
  ["AA", "without its pad"],
  ["A", "six bits"],
  ["A===", "six bits"],
  ["AB==", "bits behind the octet"],
  ["AAB=", "bits behind the octets"],
  ["AAAA ", "a space"],
  ["AA AA", "a space"],
  ["AA\tA", "a tab"],
  ["AAA-", "the alphabet of URLs"],
  ["AAA_", "the alphabet of URLs"],
  ["ÄAAA", "no ASCII"],
  ["AAAA\n", "a line end"],
] as const;

test("a response is base64 in its only form, nothing, or * to give up", () => {
  for (const [line, expected] of lines) assert.deepEqual(decodeResponse(line), expected, line);
});

test("anything else than strict base64 has an ending of its own (RFC 4954 §4)", () => {
  for (const [line, why] of undecodable) assert.deepEqual(decodeResponse(line), { kind: "undecodable" }, line + why);
});

test("as an initial response = stands for no octets, and neither nothing nor * is anything", () => {
  assert.deepEqual(decodeInitial("="), octets());
  assert.deepEqual(decodeInitial("AQI="), octets(1, 2));
  for (const argument of ["", "*", "==", "AB=="]) assert.deepEqual(decodeInitial(argument), { kind: "undecodable" });
});

test("a line of 12288 octets is read, a longer one is not", () => {
  const longest = decodeResponse("A".repeat(maxResponseLine));
  assert.equal(longest.kind === "octets" && longest.octets.length, 9216);
  assert.deepEqual(decodeResponse("A".repeat(maxResponseLine + 4)), { kind: "tooLong" });
  assert.deepEqual(decodeInitial("A".repeat(maxResponseLine + 4)), { kind: "tooLong" });
});
