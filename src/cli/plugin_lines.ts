// One plugin of a running server as a row of a table, or in all its lines. Pure.

import type { PluginView } from "../control/control.ts";
import { escapeControls } from "../text/quote.ts";
import { shortSize } from "./durations.ts";
import type { Column } from "./table.ts";

export const pluginColumns: readonly Column[] = [
  { title: "PLUGIN", least: 8 },
  { title: "VERSION", least: 5 },
  { title: "MODE" },
  { title: "CALLS", right: true },
  { title: "FAILED", right: true },
  { title: "MEAN US", right: true },
  { title: "CPU MS", right: true },
  { title: "BREAKER" },
  { title: "SHA-256", least: 9 },
];

export function pluginRow(plugin: PluginView): readonly string[] {
  const { label, version = "", enabled, policy, counters, breaker = "", digest = "", source } = plugin;
  const mode = enabled ? policy.mode : "off";
  const calls = callsOf(plugin);
  return [
    label,
    `${version}${source === "deployed" ? " (deployed)" : ""}`,
    mode,
    counters === undefined ? "" : String(calls),
    counters === undefined ? "" : String(failuresOf(plugin)),
    counters === undefined ? "" : String(calls === 0 ? 0 : Math.round(counters.micros / calls)),
    counters === undefined ? "" : String(Math.round(counters.cpu)),
    breaker,
    digest.slice(0, 12),
  ];
}

export function failuresOf({ counters }: PluginView): number {
  return Object.values(counters?.failed ?? {}).reduce((sum, each) => sum + each, 0);
}

export function callsOf(plugin: PluginView): number {
  return (plugin.counters?.answered ?? 0) + failuresOf(plugin);
}

/** It is not asked at the moment, because it failed too often. */
export function isAiling({ breaker }: PluginView): boolean {
  return breaker === "open" || breaker === "trying";
}

/** Control characters are escaped. */
export function pluginDetails(plugin: PluginView): readonly string[] {
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ["label", plugin.label],
    ["plugin", [plugin.name, plugin.version].join(" ").trim()],
    ["is", plugin.enabled ? "on" : "off"],
    ["from", `${plugin.source}${plugin.file === undefined ? "" : `: ${plugin.file}`}`],
    ["sha256", plugin.digest],
    ["hooks", plugin.hooks?.join(", ")],
    ["on error", plugin.onError],
    ["grants", plugin.grants.join(", ") || "none"],
    ["limits", pairs(plugin.limits)],
    ["policy", pairs(plugin.policy)],
    ["breaker", plugin.breaker],
    ...countersOf(plugin),
    ...(plugin.deployment?.history ?? []).map((version, at): [string, string] => [
      at === 0 ? "before" : "",
      [
        version.version ?? "?",
        version.digest ?? "the file of the configuration",
        version.since === undefined ? "" : `since ${new Date(version.since).toISOString()}`,
        version.who === undefined ? "" : `by ${version.who}`,
      ].filter((word) => word !== "").join("  "),
    ]),
  ];
  return facts.flatMap(([name, value]) => {
    return value === undefined || value === "" ? [] : [escapeControls(`${name.padEnd(10)}${value}`)];
  });
}

function countersOf(plugin: PluginView): readonly (readonly [string, string])[] {
  const { counters } = plugin;
  if (counters === undefined) return [];
  const { micros, slowestMicros, cpu, fuel, memory, failed } = counters;
  const calls = callsOf(plugin);
  const failures = Object.entries(failed).filter(([, count]) => count > 0).map(([failure, count]) =>
    `${count} ${failure}`
  ).join(", ");
  const mean = calls === 0 ? 0 : Math.round(micros / calls);
  return [
    ["calls", `${calls}, mean ${mean} us, slowest ${Math.round(slowestMicros)} us`],
    ["failures", failures || "none"],
    ["cpu", `${Math.round(cpu)} ms, fuel ${fuel}`],
    ["memory", shortSize(memory)],
  ];
}

/** `memory 33554432, wall 10000`. */
function pairs(value: object): string {
  return Object.entries(value).map(([name, each]) => {
    return `${name} ${typeof each === "object" ? JSON.stringify(each) : String(each)}`;
  }).join(", ");
}
