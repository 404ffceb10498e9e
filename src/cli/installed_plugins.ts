// What is installed with the program: its plugins by their manifests, and how they differ from qpsmtpd's.

import { manifestSection } from "../../sdk/contract/manifest.ts";
import type { OurPlugin } from "../migrate/effect.ts";
import { programFile, programFilesIn, readProgramFile, shippedPlugins } from "../platform/program_files.ts";
import { readCustomSection } from "../plugins/custom_section.ts";
import { parseManifest } from "../plugins/manifest.ts";

/** By name; a file that is no plugin is passed over. */
export function installedPlugins(): ReadonlyMap<string, OurPlugin> {
  const files = programFilesIn(shippedPlugins).filter((name) => name.endsWith(".wasm"));
  return new Map(files.flatMap((file): [string, OurPlugin][] => {
    const section = readCustomSection(readProgramFile(`${shippedPlugins}/${file}`), manifestSection);
    const parsed = section.kind === "found" ? parseManifest(section.bytes) : undefined;
    if (parsed?.kind !== "manifest") return [];
    const { name, needs, lists, settings } = parsed.manifest;
    return [[name, { name, needs, lists, settings }]];
  }));
}

const differences = "plugins-wasm/DIFFERENCES.md";

/** The rows of plugins-wasm/DIFFERENCES.md: [plugin, difference]; a plugin that there is none of stands in brackets. */
export function knownDifferences(): readonly (readonly [string, string])[] {
  if (programFile(differences) === undefined) return [];
  return new TextDecoder().decode(readProgramFile(differences)).split("\n").flatMap((line): [string, string][] => {
    const row = /^\| ([a-z0-9_()]+) \| (.*) \|$/.exec(line);
    return row === null || row[1] === "plugin" ? [] : [[row[1] ?? "", (row[2] ?? "").replaceAll("\\|", "|")]];
  });
}
