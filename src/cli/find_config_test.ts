import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chdir, cwd } from "node:process";
import { test } from "node:test";
import { chooseConfig } from "./find_config.ts";

test("a configuration that is named is taken, wherever it is", () => {
  assert.equal(chooseConfig({ config: "nowhere.toml" }).path, "nowhere.toml");
});

test("without a name the current folder's comes first, then the other one, and a missing one is called by the usual name", () => {
  const before = cwd();
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-choose-"));
  try {
    chdir(resolve(import.meta.dirname, "../.."));
    const shipped = resolve("config/qpsmtpd.toml");
    assert.equal(chooseConfig({}, shipped).path, "config/qpsmtpd.toml");
    chdir(folder);
    assert.equal(chooseConfig({}).path, shipped);
    assert.equal(chooseConfig({}, join(folder, "nowhere.toml")).path, "config/qpsmtpd.toml");
  } finally {
    chdir(before);
    rmSync(folder, { recursive: true });
  }
});

test("the state of the command line is relative to the current folder, not to the file", () => {
  const listen = [{ host: "::1", port: 25 }];
  assert.deepEqual(chooseConfig({ config: "/etc/q.toml", state: "x", listen }), {
    path: "/etc/q.toml",
    overrides: { state: resolve("x"), listen },
  });
});
