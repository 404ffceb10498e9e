// The decoder of mail data against an oracle that is written on whole strings: RFC 5321 §4.5.2 read literally.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { DataDecoder } from "./data_decoder.ts";
import type { BareLines } from "./session.ts";

interface Result {
  readonly content: string;
  /** `undefined`: the end was not seen. */
  readonly rest: string | undefined;
  readonly broken: boolean;
}

/** Split at CRLF; a line that is a dot ends; another line that begins with a dot loses it. */
function oracle(data: string): Result {
  const lines = data.split("\r\n");
  const last = lines.length - 1; // not ended by CRLF
  const end = lines.findIndex((line, i) => i < last && line === ".");
  const taken = end === -1 ? lines : [...lines.slice(0, end), ""];
  const seen = taken.join("\r\n");
  let content = taken.map((line) => line.startsWith(".") ? line.slice(1) : line).join("\r\n");
  // ".<CR>" at the very end may be the begin of the end: the CR is held back, and is nobody's yet.
  const open = end === -1 && lines[last] === ".\r";
  if (open) content = content.slice(0, -1);
  const settled = end === -1 && seen.endsWith("\r") ? seen.slice(0, -1) : seen;
  const broken = /[\r\n]/.test(settled.replaceAll("\r\n", ""));
  return { content, rest: end === -1 ? undefined : lines.slice(end + 1).join("\r\n"), broken };
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function decode(chunks: Iterable<Uint8Array>, bareLines: BareLines = "reject"): Result {
  const decoder = new DataDecoder(bareLines);
  let content = "";
  let rest: string | undefined;
  for (const chunk of chunks) {
    if (rest !== undefined) {
      rest += latin1(chunk);
      continue;
    }
    const decoded = decoder.push(chunk);
    for (const piece of decoded.pieces) content += latin1(piece);
    if (decoded.rest !== undefined) rest = latin1(decoded.rest);
  }
  return { content, rest, broken: decoder.broken };
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function* singly(data: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < data.length; i++) yield data.subarray(i, i + 1);
}

function same(actual: Result, expected: Result): boolean {
  return actual.content === expected.content && actual.rest === expected.rest && actual.broken === expected.broken;
}

test("agrees with the oracle on all 349,524 strings of dot, CR, LF and a letter up to length 9, whole and singly", () => {
  const alphabet = [".", "\r", "\n", "a"];
  let count = 0;
  for (let length = 1; length <= 9; length++) {
    for (let n = 0; n < 4 ** length; n++) {
      let data = "";
      for (let i = 0; i < length; i++) data += alphabet[(n >> (2 * i)) & 3];
      const expected = oracle(data);
      const octets = bytes(data);
      // deepEqual only to show the difference: it is far too slow to be called 699,048 times.
      if (!same(decode([octets]), expected)) deepEqual({ data, ...decode([octets]) }, { data, ...expected });
      if (!same(decode(singly(octets)), expected)) {
        deepEqual({ data, ...decode(singly(octets)) }, { data, ...expected });
      }
      count++;
    }
  }
  equal(count, 349_524);
});

test("agrees with the oracle on long inputs in random chunks", () => {
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  const words = [
    "\r\n",
    "\r\n",
    ".",
    "..",
    "\r",
    "\n",
    "\0",
    "\t",
    "some words and more of them",
    "é",
    "\x8d\x8a",
    "\r\n.\r\n",
  ];
  for (let round = 0; round < 3000; round++) {
    let data = "";
    for (let i = random(60); i >= 0; i--) data += words[random(words.length - (i === 0 ? 0 : 1))];
    const octets = bytes(data);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < octets.length;) chunks.push(octets.subarray(at, at += 1 + random(40)));
    deepEqual(decode(chunks), oracle(data), JSON.stringify(data));
  }
});

const notTheEnd = [
  "a\n.\r\n",
  "a\n.\n",
  "a\r\n.\n",
  "a\r.\r\n",
  "a\r.\r",
  "a\r\n.\r",
  "a\r\n.\r\r\n",
  "\n.\r\n",
  "a\r\n.\0\r\n",
];

for (const data of notTheEnd) {
  test(`only CRLF.CRLF ends mail data, not ${JSON.stringify(data)}`, () => {
    equal(decode([bytes(data)]).rest, undefined);
    const ended = decode([bytes(`${data}QUIT\r\n.\r\nnext`)]);
    equal(ended.rest, "next");
    equal(ended.broken, !data.includes("\0"));
  });
}

test("bare CR and LF stay in the content, and are told", () => {
  deepEqual(decode([bytes("a\rb\nc\r\n.\r\n")]), { content: "a\rb\nc\r\n", rest: "", broken: true });
});

test("clean mail data is not broken, whatever the chunks", () => {
  const data = bytes("From: a\r\n\r\n..\0é\r\n.\r\n");
  for (let cut = 0; cut <= data.length; cut++) {
    const decoded = decode([data.subarray(0, cut), data.subarray(cut)]);
    deepEqual(decoded, { content: "From: a\r\n\r\n.\0é\r\n", rest: "", broken: false });
  }
});

test("text without dots at the begin of a line is handed on in slices of the chunk, not copied", () => {
  const chunk = bytes("Subject: x\r\n\r\nsome text.\r\n.\r\n");
  const { pieces } = new DataDecoder().push(chunk);
  equal(pieces.length, 1);
  equal(pieces[0]?.buffer, chunk.buffer);
});

test("a chunk full of dots does not become thousands of pieces", () => {
  const { pieces } = new DataDecoder().push(bytes("..\r\n".repeat(10_000)));
  equal(pieces.length, 1);
  equal(pieces[0]?.length, 30_000);
});

test("chunks that are views into a larger buffer are read from their own begin", () => {
  const whole = bytes("\r\n.\r\nab\r\n.\r\nrest");
  deepEqual(decode([whole.subarray(5)]), { content: "ab\r\n", rest: "rest", broken: false });
});

/** One line of input: what it holds, and whether the line ends around it were CRLF. */
interface OracleLine {
  readonly text: string;
  readonly softStart: boolean;
  readonly end: "crlf" | "lf" | "none";
}

function splitSoftly(data: string): readonly OracleLine[] {
  const lines: OracleLine[] = [];
  let softStart = false;
  for (const [, text = "", end] of data.matchAll(/([^]*?)(\r\n|\n|$)/gy)) {
    lines.push({ text, softStart, end: end === "\r\n" ? "crlf" : end === "\n" ? "lf" : "none" });
    if (end === "") break;
    softStart = end === "\n";
  }
  return lines;
}

/** A bare LF ends a line, but a dot ends the data only between two CRLF. */
function normalizingOracle(data: string): Result {
  const lines = splitSoftly(data);
  const isEnd = ({ text, softStart, end }: OracleLine): boolean => text === "." && !softStart && end === "crlf";
  const end = lines.findIndex(isEnd);
  const taken = end === -1 ? lines : lines.slice(0, end);
  const content = taken.map(({ text, end }) => {
    const kept = text.startsWith(".") && !(text === "." && end !== "none") ? text.slice(1) : text;
    return end === "none" ? kept : `${kept}\r\n`;
  }).join("");
  const consumed = taken.map(({ text, end }) => text.length + (end === "crlf" ? 2 : end === "lf" ? 1 : 0));
  const rest = end === -1 ? undefined : data.slice(consumed.reduce((sum, length) => sum + length, 0) + 3);
  const broken = taken.some(({ text, end }) => /\r/.test(end === "none" ? text.slice(0, -1) : text));
  return { content, rest, broken };
}

test("normalize agrees with its oracle on all strings up to length 8, whole and singly", () => {
  const alphabet = [".", "\r", "\n", "a"];
  for (let length = 1; length <= 8; length++) {
    for (let n = 0; n < 4 ** length; n++) {
      let data = "";
      for (let i = 0; i < length; i++) data += alphabet[(n >> (2 * i)) & 3];
      const expected = normalizingOracle(data);
      for (const chunks of [[bytes(data)], singly(bytes(data))]) {
        const actual = decode(chunks, "normalize");
        equal(actual.rest, expected.rest, JSON.stringify(data));
        equal(actual.broken, expected.broken, JSON.stringify(data));
        const open = expected.rest === undefined && data.endsWith("\r");
        if (!expected.broken && !open) equal(actual.content, expected.content, JSON.stringify(data));
      }
    }
  }
});

test("allow: the same content as reject, and never broken", () => {
  for (const data of ["a\nb\r\n.\r\nrest", "a\n.\r\nb\r\n.\r\n", "\r\r\n.\r\n", "a\n.\nb\r\n.\r\n"]) {
    const { content, rest } = decode([bytes(data)], "reject");
    deepEqual(decode([bytes(data)], "allow"), { content, rest, broken: false });
  }
});
