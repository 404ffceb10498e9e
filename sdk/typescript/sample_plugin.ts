// Writes a plugin into a new folder and builds it: for tests of the builder and of the guest.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPlugin, type BuiltPlugin } from "./build_plugin.ts";

const sampleJson = { name: "sample", version: "1.0.0", description: "A sample.", licence: "MIT" };

/** `code` is the whole plugin.ts; `pluginJson` is merged into a valid plugin.json, or left away if `null`. */
export async function buildSample(code: string, pluginJson: object | null = {}): Promise<BuiltPlugin> {
  const folder = await mkdtemp(join(tmpdir(), "qpsmtpd-sample-"));
  try {
    await writeFile(join(folder, "plugin.ts"), code);
    if (pluginJson !== null) {
      await writeFile(join(folder, "plugin.json"), JSON.stringify({ ...sampleJson, ...pluginJson }));
    }
    return await buildPlugin({ source: join(folder, "plugin.ts") });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The octets of a sample that must build. */
export async function sampleWasm(code: string, pluginJson: object = {}): Promise<Uint8Array> {
  const built = await buildSample(code, pluginJson);
  if (built.kind === "failed") throw new Error(built.problems.join("\n"));
  return built.wasm;
}
