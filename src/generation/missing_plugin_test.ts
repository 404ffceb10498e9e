// What the operator hears of folders that hold no plugins: a plugin would be taken from elsewhere without a word.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../config/load.ts";
import { foldersWithoutPlugins, whyMissing } from "./missing_plugin.ts";

test("folders of plugins that are not there, or are none, are named with their places; a plugin is missed all the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-missing-"));
  try {
    const file = join(folder, "qpsmtpd.toml");
    mkdirSync(join(folder, "there"));
    writeFileSync(join(folder, "names"), "");
    writeFileSync(
      file,
      `plugins.directories = ["there", "gone", "names", "names/x"]\n[[plugin]]\nname = "no_such_plugin"\n`,
    );
    const loaded = await loadConfig(file);
    assert.ok(loaded.kind === "config", JSON.stringify(loaded));
    const { config } = loaded;
    assert.deepEqual(foldersWithoutPlugins(config), [
      `plugins.directories.2: there is no folder ${folder}/gone: paths are relative to the folder of the configuration file`,
      `plugins.directories.3: there is no folder ${folder}/names: paths are relative to the folder of the configuration file`,
      `plugins.directories.4: there is no folder ${folder}/names/x: paths are relative to the folder of the configuration file`,
    ]);
    const [entry] = config.plugin;
    assert.ok(entry !== undefined);
    assert.match(whyMissing(config, entry, 1), /^no file no_such_plugin\.wasm in .*gone/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
