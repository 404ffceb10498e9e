// The plugin in force beside the one that was sent: what an operator must know before it may run. Runs none of it.

import { createHash } from "node:crypto";
import type { JsonObject } from "../../sdk/contract/contract.ts";
import { manifestSection } from "../../sdk/contract/manifest.ts";
import type { PluginComparison, VersionView } from "../control/deployment_views.ts";
import { readCustomSection } from "../plugins/custom_section.ts";
import { effectiveGrants, type Grant, parseGrant } from "../plugins/grants.ts";
import { parseManifest } from "../plugins/manifest.ts";

/** What the octets of a plugin say of themselves; undefined if they are none. */
export function viewVersion(octets: Uint8Array): VersionView | undefined {
  const section = readCustomSection(octets, manifestSection);
  const parsed = section.kind === "found" ? parseManifest(section.bytes) : undefined;
  if (parsed?.kind !== "manifest") return undefined;
  const { name, version, hooks, needs } = parsed.manifest;
  const digest = createHash("sha256").update(octets).digest("hex");
  const manifest = parsed.manifest as unknown as JsonObject;
  return { digest, name, version, hooks, needs, size: octets.length, manifest };
}

/** `granted` is what the operator lets the plugin do, as written. */
export function compareVersions(
  before: VersionView | undefined,
  after: VersionView,
  granted: readonly string[],
): PluginComparison {
  const had = before?.needs ?? [];
  const effective = effectiveGrants(grantsIn(after.needs), grantsIn(granted));
  return {
    ...(before === undefined ? {} : { before }),
    after,
    grants: {
      added: after.needs.filter((need) => !had.includes(need)),
      removed: had.filter((need) => !after.needs.includes(need)),
      granted,
      missing: effective.kind === "lacking" ? effective.missing : [],
    },
  };
}

/** What to write into the configuration for a plugin that it does not have. */
export function linesToAdd(label: string, { name, needs }: VersionView): readonly string[] {
  return [
    "[[plugin]]",
    `name = ${JSON.stringify(name)}`,
    ...(label === name ? [] : [`label = ${JSON.stringify(label)}`]),
    `grant = [${needs.map((need) => JSON.stringify(need)).join(", ")}]`,
  ];
}

/** What cannot be read is told when the plugin is loaded. */
function grantsIn(texts: readonly string[]): readonly Grant[] {
  return texts.map(parseGrant).flatMap((parsed) => parsed.kind === "grant" ? [parsed.grant] : []);
}
