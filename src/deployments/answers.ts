// How changes end that change nothing.

import type { DeployView, PluginComparison } from "../control/deployment_views.ts";
import { limits } from "../plugins/limits.ts";
import { linesToAdd, viewVersion } from "./compare_versions.ts";

/** The configuration does not have it; who sent a plugin is told what would add it. */
export function unknown(label: string, sent: Uint8Array | undefined): DeployView {
  const version = sent === undefined || sent.length > limits.file ? undefined : viewVersion(sent);
  if (version === undefined) return { kind: "unknown", label };
  const remedy = "to add it, put the file into one of plugins.directories, and these lines into the configuration:";
  return { kind: "unknown", label, lines: [remedy, ...linesToAdd(label, version)] };
}

export function refused(label: string, problems: readonly string[], comparison?: PluginComparison): DeployView {
  return { kind: "refused", label, problems, ...(comparison === undefined ? {} : { comparison }) };
}

export function nothing(label: string, why: string): DeployView {
  return { kind: "nothing", label, why };
}
