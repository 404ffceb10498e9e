// The URL of a plugin on a few thousand odd inputs. What each part must be is in web_cases.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { URL as PluginUrl } from "./url.ts";

const schemes = ["http:", "https:", "file:", "foo:", "mailto:", "ws:", "blob:http://a/b"];
const hosts = ["a", "b.c", "EXAMPLE.com", "localhost", "127.0.0.1", "0x7f.1", "256", "0300.1", "[::1]", "[1::2:3]"];
const marks = ["//", "/", "\\", "?", "#", "@", ":", "[", "]", ".", "..", "%2e", "C:", "C|", ";", "+", "=", "&"];
const others = [" ", "x y", "%zz", "%41", "é", "\u{1f600}", "\ud800", "'", '"', "<", "{", "^", "|", "`", "\t", "\n"];
const numbers = ["0", "80", "443", "65536", "4294967296", "1e3"];
const pieces = [...schemes, ...hosts, ...marks, ...others, ...numbers];
const parts = ["protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"] as const;

/** A fixed sequence: a failure can be repeated. */
let state = 7;
function below(count: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor(state / 2 ** 32 * count);
}

function oddText(): string {
  return Array.from({ length: 1 + below(7) }, () => pieces[below(pieces.length)]).join("");
}

test("what was parsed is parsed again to the same, and nothing but a TypeError is thrown", () => {
  let parsed = 0;
  for (let i = 0; i < 20_000; i++) {
    const [text, base] = [oddText(), below(2) === 0 ? undefined : oddText()];
    const url = PluginUrl.parse(text, base);
    if (url === null) continue;
    parsed += 1;
    assert.equal(new PluginUrl(url.href).href, url.href, JSON.stringify({ text, base }));
  }
  assert.ok(parsed > 1000, `only ${parsed} were URLs`);
});

test("a part is changed to something that can be parsed, or not at all", () => {
  for (let i = 0; i < 20_000; i++) {
    const url = PluginUrl.parse(oddText());
    const [part, value] = [parts[below(parts.length)] ?? "hash", oddText()];
    if (url === null) continue;
    const before = url.href;
    url[part] = value;
    assert.ok(PluginUrl.canParse(url.href), JSON.stringify({ before, part, value, after: url.href }));
  }
});

test("a host that is not ASCII is refused: plugins have no IDNA", () => {
  assert.throws(() => new PluginUrl("http://exämple.test/"), TypeError);
  assert.equal(new PluginUrl("http://xn--exmple-cua.test/").host, "xn--exmple-cua.test");
});
