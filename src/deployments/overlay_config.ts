// Puts the overlay over a configuration that was read, so that every process runs what the API has put in force.

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Config, PluginEntry } from "../config/config.ts";
import { limits } from "../plugins/limits.ts";
import { blobPath, overlayPath, readOverlay } from "./overlay_file.ts";
import type { Overlay, PluginOverlay } from "./overlay.ts";
import { withPolicy } from "./policy_change.ts";

/**
 * What becomes of mail when the overlay, or a file it names, is damaged. `start`: the configuration's own plugins run,
 * with a warning that stands as long as the damage: nobody who may send mail is turned away, and nobody can believe that
 * something else runs. `reload`: a problem, so that the generation in force stays.
 */
export type Moment = "start" | "reload";

/** Lines are whole and for the operator. */
export type Overlaid =
  | { readonly kind: "config"; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

export async function overlayConfig(config: Config, moment: Moment): Promise<Overlaid> {
  const read = readOverlay(config.state);
  if (read.kind === "broken") {
    if (moment === "reload") return { kind: "problems", problems: [`${read.why}: correct it, or remove it`] };
    const warning = `${read.why}: nothing that the API changed is in force: correct it, or remove it`;
    return { kind: "config", config, warnings: [warning] };
  }
  const sound = await soundIn(read.overlay, config);
  if (moment === "reload" && sound.problems.length > 0) return { kind: "problems", problems: sound.problems };
  const applied = applyOverlay(config, sound.overlay);
  const told = sound.problems.map((problem) => `${problem}; the file that the configuration names runs in its place`);
  return { ...applied, warnings: [...told, ...applied.warnings] };
}

/** The configuration with the overlay in force. Pure. */
export function applyOverlay(config: Config, overlay: Overlay): Extract<Overlaid, { readonly kind: "config" }> {
  const there = new Map(config.plugin.map((entry) => [entry.label, entry.name]));
  const lost = [...overlay].filter(([label, { name }]) => there.get(label) !== name);
  return {
    kind: "config",
    config: { ...config, plugin: config.plugin.map((entry) => applyTo(entry, overlay.get(entry.label), config.state)) },
    warnings: lost.map(([label]) =>
      `${
        overlayPath(config.state)
      }: the API has changed the plugin "${label}", which the configuration does not have any more: ignored`
    ),
  };
}

/** One entry with what is changed of it. Pure. */
export function applyTo(entry: PluginEntry, plugin: PluginOverlay | undefined, state: string): PluginEntry {
  if (plugin === undefined || plugin.name !== entry.name) return entry;
  const { current, enabled, policy } = plugin;
  const judged = withPolicy(entry, policy);
  const { digest, version } = current ?? {};
  return {
    ...judged,
    off: judged.off || !enabled,
    ...(digest === undefined ? {} : { file: blobPath(state, digest) }),
    changed: {
      enabled,
      policy: Object.keys(policy),
      ...(digest === undefined ? {} : { digest }),
      ...(digest === undefined || version === undefined ? {} : { version }),
    },
  };
}

/** What of the overlay can be relied on: a file that is not what its name says is never run. */
async function soundIn(
  overlay: Overlay,
  config: Config,
): Promise<{ readonly overlay: Overlay; readonly problems: readonly string[] }> {
  const labels = new Set(config.plugin.map(({ label }) => label));
  const rows = await Promise.all([...overlay].map(async ([label, plugin]) => {
    const digest = plugin.current?.digest;
    if (digest === undefined || !labels.has(label)) return { row: [label, plugin] as const };
    const path = blobPath(config.state, digest);
    const why = await whyUnsound(path, digest);
    if (why === undefined) return { row: [label, plugin] as const };
    const { current: _, ...rest } = plugin;
    return { row: [label, rest] as const, problem: `${path}: the deployed version of "${label}" ${why}` };
  }));
  return {
    overlay: new Map(rows.map(({ row }) => row)),
    problems: rows.flatMap(({ problem }) => problem === undefined ? [] : [problem]),
  };
}

async function whyUnsound(path: string, digest: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > limits.file) return "is damaged: it is no file of a plugin";
    const octets = await readFile(path);
    if (createHash("sha256").update(octets).digest("hex") === digest) return undefined;
    return "is damaged: its content is not what its name says";
  } catch (error) {
    const { code } = error as { readonly code?: string };
    return code === "ENOENT" ? "is gone" : `cannot be read: ${code ?? "unknown error"}`;
  }
}
