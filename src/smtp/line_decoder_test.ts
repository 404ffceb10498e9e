// How bytes become command lines, and what is no line.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { type Line, LineDecoder } from "./line_decoder.ts";

const maxOctets = 16;

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function line(text: string): Line {
  return { kind: "line", text };
}

/** Lines of the chunks, the decoder drained after each as the connection does. */
function linesOf(chunks: readonly Uint8Array[]): Line[] {
  const decoder = new LineDecoder(maxOctets);
  const lines: Line[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let next = decoder.next(); next !== undefined; next = decoder.next()) lines.push(next);
    equal(decoder.hasLine(), false);
  }
  return lines;
}

const rows: readonly (readonly [title: string, bytes: Uint8Array, lines: readonly Line[]])[] = [
  ["CRLF ends a line", encode("NOOP\r\nQUIT\r\n"), [line("NOOP"), line("QUIT")]],
  ["an empty line is a line", encode("\r\n\r\n"), [line(""), line("")]],
  ["an unfinished line is none", encode("NOOP\r\nQUI"), [line("NOOP")]],
  ["14 octets and CRLF are allowed", encode("12345678901234\r\n"), [line("12345678901234")]],
  ["15 octets and CRLF are too long", encode("123456789012345\r\nx\r\n"), [{ kind: "tooLong" }, line("x")]],
  ["16 octets and CRLF are too long", encode("1234567890123456\r\nx\r\n"), [{ kind: "tooLong" }, line("x")]],
  ["a very long line is told once", encode(`${"y".repeat(100)}\r\nx\r\n`), [{ kind: "tooLong" }, line("x")]],
  ["a bare LF is told, in a long line too", encode(`a\n${"y".repeat(40)}\n`), [{ kind: "bareCrLf" }, {
    kind: "bareCrLf",
  }]],
  ["a bare LF at the very start", encode("\n"), [{ kind: "bareCrLf" }]],
  ["a bare CR", encode("a\rb\r\nx\r\n"), [{ kind: "bareCrLf" }, line("x")]],
  ["CR CR LF has a bare CR", encode("a\r\r\n"), [{ kind: "bareCrLf" }]],
  ["a CR only at the end of a long line's skipped part", encode(`${"y".repeat(30)}\r\n`), [{ kind: "tooLong" }]],
  ["NUL", encode("a\0b\r\nx\r\n"), [{ kind: "nul" }, line("x")]],
  ["UTF-8, a byte order mark kept", encode("\ufeffé€😀\r\n"), [line("\ufeffé€😀")]],
  ["broken UTF-8", Uint8Array.of(0x41, 0xff, 0x0d, 0x0a), [{ kind: "notUtf8" }]],
  ["an overlong form is broken UTF-8", Uint8Array.of(0xc0, 0xae, 0x0d, 0x0a), [{ kind: "notUtf8" }]],
  ["broken UTF-8 does not hide a bare CR", Uint8Array.of(0xff, 0x0d, 0x41, 0x0d, 0x0a), [{ kind: "bareCrLf" }]],
];

for (const [title, bytes, lines] of rows) {
  test(`${title}, in every two and three chunks and byte by byte`, () => {
    deepEqual(linesOf([bytes]), lines);
    deepEqual(linesOf(Array.from(bytes, (byte) => Uint8Array.of(byte))), lines);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        deepEqual(linesOf(chunks), lines, `cut at ${first} and ${second}`);
      }
    }
  });
}

test("what follows DATA is handed over whole, however long its first line is", () => {
  const content = "x".repeat(5000);
  const decoder = new LineDecoder(maxOctets);
  decoder.push(encode("DATA\r\n"));
  decoder.push(encode(content));
  deepEqual(decoder.next(), line("DATA"));
  equal(new TextDecoder().decode(decoder.takeRest()), content);
  equal(decoder.buffered, 0);
  equal(decoder.next(), undefined);
  decoder.push(encode("QUIT\r\n"));
  deepEqual(decoder.next(), line("QUIT"));
});

test("of a line without end no more is kept than one chunk", () => {
  const decoder = new LineDecoder(maxOctets);
  for (let i = 0; i < 1000; i++) {
    decoder.push(encode("z".repeat(100)));
    equal(decoder.next(), undefined);
    equal(decoder.buffered, 0);
  }
  decoder.push(encode("\r\nRSET\r\n"));
  deepEqual(decoder.next(), { kind: "tooLong" });
  deepEqual(decoder.next(), line("RSET"));
});

test("hasLine tells a waiting line, so replies of a pipelined group can go together", () => {
  const decoder = new LineDecoder();
  decoder.push(encode("RSET\r\nNOOP\r\nQU"));
  equal(decoder.hasLine(), true);
  decoder.next();
  equal(decoder.hasLine(), true);
  decoder.next();
  equal(decoder.hasLine(), false);
  equal(decoder.buffered, 2);
});

test("the default limit is 12,400 octets with CRLF", () => {
  const decoder = new LineDecoder();
  decoder.push(encode(`${"a".repeat(12_398)}\r\n${"a".repeat(12_399)}\r\n`));
  equal(decoder.next()?.kind, "line");
  equal(decoder.next()?.kind, "tooLong");
});

test("half a character in one client's line leaves nothing behind for another's", () => {
  const [one, other] = [new LineDecoder(), new LineDecoder()];
  one.push(new Uint8Array([0x61, 0xc3, 0x0d, 0x0a]));
  deepEqual(one.next(), { kind: "notUtf8" });
  other.push(new Uint8Array([0xa9, 0x0d, 0x0a, 0x61, 0x0d, 0x0a]));
  deepEqual([other.next(), other.next()], [{ kind: "notUtf8" }, { kind: "line", text: "a" }]);
});
