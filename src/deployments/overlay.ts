// What the API changed of plugins: an overlay over the configuration, which itself is the operator's and is never written.

import type { DeployedVersion, PluginDeployment, PolicyChange } from "../control/deployment_views.ts";

/** By the labels of plugins. */
export type Overlay = ReadonlyMap<string, PluginOverlay>;

export interface PluginOverlay {
  /** Of a plugin of another name nothing here is true, though it had the same label. */
  readonly name: string;
  /** The version in force; without a digest, or absent: the file that the configuration names. */
  readonly current?: DeployedVersion;
  /** Those before it, the newest first. */
  readonly history: readonly DeployedVersion[];
  /** False: switched off. */
  readonly enabled: boolean;
  /** Without `null`: what goes back to the configuration is not here. */
  readonly policy: PolicyChange;
}

/** Digests kept besides the one in force. */
const mostHistory = 5;

/** Nothing is changed. */
export function untouched(name: string): PluginOverlay {
  return { name, history: [], enabled: true, policy: {} };
}

/** A new version comes into force; `configured` is what the configuration's file is, if none was deployed before. */
export function deployedOver(
  of: PluginOverlay,
  version: DeployedVersion,
  configured: DeployedVersion,
): PluginOverlay {
  const earlier = [of.current ?? configured, ...of.history].filter(({ digest }) => digest !== version.digest);
  return { ...of, current: version, history: earlier.slice(0, mostHistory) };
}

/**
 * The version before is in force again. The one that is left is forgotten: whoever goes back twice wants to go back
 * further, not to return to what was bad. Undefined: there is none before it.
 */
export function rolledBack(of: PluginOverlay, since: number, who: string | undefined): PluginOverlay | undefined {
  const { current, history: [before, ...history], ...rest } = of;
  const target = before ?? (current?.digest === undefined ? undefined : {});
  if (target === undefined) return undefined;
  return { ...rest, current: { ...target, since, ...(who === undefined ? {} : { who }) }, history };
}

/** Members that are `null` go back to what the configuration says. */
export function policyChanged(of: PluginOverlay, change: PolicyChange): PluginOverlay {
  const entries = Object.entries({ ...of.policy, ...change }).filter(([, value]) =>
    value !== null && value !== undefined
  );
  return { ...of, policy: Object.fromEntries(entries) as PolicyChange };
}

/** With the plugin as it is now; what says nothing any more is left out. */
export function overlayWith(overlay: Overlay, label: string, plugin: PluginOverlay): Overlay {
  const { current, history, enabled, policy } = plugin;
  const says = current?.digest !== undefined || history.length > 0 || !enabled || Object.keys(policy).length > 0;
  const others = [...overlay].filter(([each]) => each !== label);
  return new Map(says ? [...others, [label, plugin]] : others);
}

/** The digests of all versions that may be asked for. */
export function digestsIn(overlay: Overlay): ReadonlySet<string> {
  const versions = [...overlay.values()].flatMap(({ current, history }) => [...(current ? [current] : []), ...history]);
  return new Set(versions.flatMap(({ digest }) => digest === undefined ? [] : [digest]));
}

/** As the API shows it; undefined where it has changed nothing. */
export function deploymentOf(overlay: Overlay, label: string): PluginDeployment | undefined {
  const plugin = overlay.get(label);
  if (plugin === undefined) return undefined;
  const { current, history, enabled, policy } = plugin;
  return { ...(current?.digest === undefined ? {} : { digest: current.digest }), history, enabled, policy };
}
