import assert from "node:assert/strict";
import { test } from "node:test";
import { loadText } from "../../test/support/load_text.ts";

test("config: lists from elsewhere, by their names", async () => {
  const { loaded, folder } = await loadText(
    `hostname = "mx.test"\nlists = { urls = { a_b = "https://a.test/x" }, refresh = "5m", ca = "ca.pem" }`,
  );
  assert.ok(loaded.kind === "config", JSON.stringify(loaded));
  assert.deepEqual({ ...loaded.config.lists, urls: { ...loaded.config.lists.urls } }, {
    urls: { a_b: "https://a.test/x" },
    refresh: 300_000,
    timeout: 10_000,
    size: 1_000_000,
    ca: `${folder}/config/ca.pem`,
  });
  assert.ok(!loaded.warnings.join().includes("lists"));
});

const bad: readonly (readonly [text: string, problem: RegExp])[] = [
  [`urls = { a = "ftp://a.test/x" }`, /lists\.urls\.a: expected a URL/],
  [`urls = { a = "https://me:secret@a.test/x" }`, /lists\.urls\.a: expected a URL/],
  [`urls = { "../a" = "https://a.test/x" }`, /expected the name of a list/],
  [`url = {}`, /lists\.url: unknown key, did you mean "urls"\?/],
];
for (const [text, problem] of bad) {
  test(`config: refused: lists with ${text}`, async () => {
    const { loaded } = await loadText(`hostname = "mx.test"\n[lists]\n${text}`);
    assert.ok(loaded.kind === "problems");
    assert.match(loaded.problems.join("\n"), problem);
  });
}

test("config: http is warned of, but not on this machine", async () => {
  const { loaded } = await loadText(
    `hostname = "mx.test"\nlists.urls = { a = "http://a.test/x", b = "http://127.0.0.1:8/x", c = "http://[::1]/x" }`,
  );
  assert.ok(loaded.kind === "config");
  const told = loaded.warnings.filter((warning) => warning.includes("lists"));
  assert.equal(told.length, 1);
  assert.match(told.join(), /lists\.urls\.a: what comes by http/);
});
