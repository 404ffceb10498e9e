import assert from "node:assert/strict";
import { test } from "node:test";
import { type PasswordInput, type PasswordRead, readPassword } from "./read_password.ts";

/** What is typed, piece by piece, and what was seen of it. */
class Typing implements PasswordInput {
  readonly isTTY: boolean;
  readonly raw: boolean[] = [];
  closed = false;
  readonly #pieces: readonly (string | Uint8Array)[];

  constructor(isTTY: boolean, pieces: readonly (string | Uint8Array)[]) {
    this.isTTY = isTTY;
    this.#pieces = pieces;
  }

  setRawMode(on: boolean): void {
    this.raw.push(on);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (const piece of this.#pieces) yield await Promise.resolve(Buffer.from(piece));
    } finally {
      this.closed = true;
    }
  }
}

const password = (text: string): PasswordRead => ({ kind: "password", text });
const problem = (problem: string): PasswordRead => ({ kind: "problem", problem });
const differ = problem("the two passwords differ, try again");
const cancelled = problem("cancelled");
const umlaut = Buffer.from("ä");

const atTerminal: readonly (readonly [title: string, pieces: readonly (string | Uint8Array)[], read: PasswordRead])[] =
  [
    ["typed twice", ["pen", "cil\r", "pencil\r"], password("pencil")],
    ["pasted at once", ["pencil\npencil\n"], password("pencil")],
    ["with a mistake taken back", ["pem\u007fncil\r", "pö\bencil\r"], password("pencil")],
    ["begun anew", ["pencils\u0015pencil\r", "pencil\r"], password("pencil")],
    ["nothing to take back", ["\u007fpencil\r", "pencil\r"], password("pencil")],
    ["a letter that comes in two pieces", [umlaut.subarray(0, 1), umlaut.subarray(1), "\rä\r"], password("ä")],
    ["two that differ", ["pencil\r", "Pencil\r"], differ],
    ["Ctrl-C", ["pen\u0003"], cancelled],
    ["Ctrl-D at the second", ["pencil\r", "\u0004"], cancelled],
    ["a terminal that goes", ["pencil\r"], cancelled],
    ["blanks belong to it", [" a b \r a b \r"], password(" a b ")],
  ];

for (const [title, pieces, expected] of atTerminal) {
  test(`at a terminal: ${title}; unseen, and the terminal is let go as it was`, async () => {
    const typing = new Typing(true, pieces);
    const prompts: string[] = [];
    assert.deepEqual(await readPassword(typing, (text) => void prompts.push(text)), expected);
    assert.deepEqual([typing.raw, typing.closed], [[true, false], true]);
    assert.equal("Password: \nAgain: \n".startsWith(prompts.join("")), true, prompts.join(""));
  });
}

const piped: readonly (readonly [title: string, pieces: readonly (string | Uint8Array)[], read: PasswordRead])[] = [
  ["a line", ["pencil\n"], password("pencil")],
  ["a line of Windows", ["pencil\r\n"], password("pencil")],
  ["without its end", ["pen", "cil"], password("pencil")],
  ["the first of many", ["pencil\nx\n"], password("pencil")],
  ["an empty line", ["\n"], password("")],
  ["nothing", [], problem("no password came on standard input")],
  ["without an end at all", Array<string>(100).fill("x".repeat(1000)), password("x".repeat(5000))],
];

for (const [title, pieces, expected] of piped) {
  test(`through a pipe: ${title}, without prompts`, async () => {
    const typing = new Typing(false, pieces);
    assert.deepEqual(await readPassword(typing, () => assert.fail("a prompt")), expected);
    assert.deepEqual([typing.raw, typing.closed], [[], true]);
  });
}
