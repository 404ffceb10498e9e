// The URL of a plugin against the URL of this runtime, on a few thousand odd inputs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { URL as PluginUrl } from "./url.ts";

const pieces = [
  ...[
    "http:",
    "https:",
    "file:",
    "foo:",
    "mailto:",
    "ws:",
    "//",
    "/",
    "\\",
    "a",
    "b.c",
    "EXAMPLE.com",
    "..",
    ".",
    "%2e",
  ],
  ...["?", "#", "@", ":", "80", "443", "65536", "0", "0x7f.1", "127.0.0.1", "256", "[::1]", "[1::2:3]", "[::1.2.3.4]"],
  ...[
    "[",
    "]",
    "C:",
    "C|",
    "c:/",
    "localhost",
    "x y",
    " ",
    "%zz",
    "%41",
    "'",
    '"',
    "<",
    "{",
    "^",
    "|",
    "`",
    "~",
    "u:pw",
  ],
  ...["q=1&b=2", "\t", "\n", "0300.1", "1e3", "4294967296", ";", "+", "="],
];
const parts = [
  "href",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;

/** A fixed sequence: a failure can be repeated. */
let state = 7;
function below(count: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor(state / 2 ** 32 * count);
}

function oddText(): string {
  return Array.from({ length: 1 + below(7) }, () => pieces[below(pieces.length)]).join("");
}

type Url = Pick<PluginUrl, typeof parts[number]>;

function changed(make: () => Url, part: typeof parts[number], value: string): string {
  try {
    const url = make();
    const before = url.href;
    try {
      url[part] = value;
    } catch (error) {
      return `${before} ${(error as Error).name}`;
    }
    return [before, ...parts.map((name) => url[name])].join("\n");
  } catch (error) {
    return (error as Error).name;
  }
}

test("a URL parses, changes and prints as on this runtime", () => {
  for (let i = 0; i < 5000; i++) {
    const [url, base, value] = [oddText(), below(2) === 0 ? undefined : oddText(), oddText()];
    const part = parts[below(parts.length)] ?? "href";
    assert.equal(
      changed(() => new PluginUrl(url, base), part, value),
      changed(() => new URL(url, base), part, value),
      JSON.stringify({ url, base, part, value }),
    );
  }
});

test("a host that is not ASCII is refused: plugins have no IDNA", () => {
  assert.throws(() => new PluginUrl("http://exämple.test/"), TypeError);
  assert.equal(new PluginUrl("http://xn--exmple-cua.test/").host, "xn--exmple-cua.test");
});
