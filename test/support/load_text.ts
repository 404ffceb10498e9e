// Loads a configuration from text, as a file in a folder of its own.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig, type Loaded } from "../../src/config/load.ts";
import type { Overrides } from "../../src/config/resolve.ts";

export interface LoadedText {
  readonly loaded: Loaded;
  /** Gone already; paths in `loaded` begin with it. */
  readonly folder: string;
}

/** Loads the text as FOLDER/config/qpsmtpd.toml. */
export async function loadText(text: string | Uint8Array, overrides?: Overrides): Promise<LoadedText> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-config-"));
  try {
    mkdirSync(join(folder, "config"));
    const file = join(folder, "config/qpsmtpd.toml");
    writeFileSync(file, text);
    return { loaded: await loadConfig(file, overrides), folder };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
