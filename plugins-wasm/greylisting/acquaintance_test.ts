// What a try comes to by itself: settings may have changed since an entry was written, and the store's clock is another.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "#sdk";
import { type Colour, tryAt } from "./acquaintance.ts";

const timeouts = { black: 10, grey: 20, white: 30 };
const time = 1_000_000;

const rows:
  readonly (readonly [entry: Json | undefined, colour: Colour, written: Json | undefined, expires?: number])[] = [
    [undefined, "black", { first: time }, 20],
    [{ first: time }, "black", undefined],
    [{ first: time - 9999 }, "black", undefined],
    [{ first: time - 10_000 }, "white", { used: time }, 30],
    [{ first: time - 19_999 }, "white", { used: time }, 30],
    [{ first: time - 20_000 }, "black", { first: time }, 20],
    [{ used: time - 29_999 }, "white", { used: time }, 30],
    [{ used: time - 30_000 }, "black", { first: time }, 20],
    [{ first: time + 5000 }, "black", undefined],
    [null, "black", { first: time }, 20],
    [7, "black", { first: time }, 20],
    [{ first: "x", used: true }, "black", { first: time }, 20],
  ];

for (const [entry, colour, written, expires] of rows) {
  test(`${JSON.stringify(entry)} is ${colour}`, () => {
    const { ending, write } = tryAt(time, entry, timeouts);
    assert.deepEqual([ending, write?.value, write?.expires], [colour, written, expires]);
  });
}
