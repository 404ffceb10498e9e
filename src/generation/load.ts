// From a configuration to the plugins it names, loaded and in their chains; or everything that keeps them from it.

import type { Config, PluginEntry } from "../config/config.ts";
import { readRecipientFiles, type RecipientFiles } from "../config/recipient_files.ts";
import { type Chains, chainsOf, type Registered } from "../hooks/chains.ts";
import type { Generation, GenerationPlugin } from "./generation.ts";
import { loadEntry, type Loading, loadingOf, type Means } from "./load_entry.ts";
import { missingDatabases, missingRecipients } from "./missing_files.ts";
import { foldersWithoutPlugins } from "./missing_plugin.ts";
import { readTls } from "./open_tls.ts";
import type { Hold } from "./shared_parts.ts";

/** `problems` are whole lines for the operator, each with its file. */
export type LoadedGeneration =
  | { readonly kind: "generation"; readonly generation: Generation }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Loads every plugin, so that all problems are told at once; with any problem none stays loaded. */
export async function loadGeneration(config: Config, means: Means): Promise<LoadedGeneration> {
  const loading = loadingOf(config, means);
  if ("problems" in loading) return { kind: "problems", problems: loading.problems };
  const inFile = (line: string): string => `${config.file}: ${line}`;
  const tls = readTls(config);
  const recipients = await readRecipientFiles(config.policy.recipients, config.plugin);
  const brought = await means.remoteLists?.bring(config);
  const { held, problems: refused } = await loadEntries(loading);
  const missing = missingRecipients(config).map(inFile);
  const problems = [...missing, ...recipients.problems, ...brought?.problems ?? [], ...refused];
  const close = async (): Promise<void> => {
    await Promise.all(held.map(({ hold }) => hold.release()));
  };
  if (tls.kind === "problems" || problems.length > 0) {
    await close();
    return { kind: "problems", problems: [...tls.kind === "problems" ? tls.problems.map(inFile) : [], ...problems] };
  }
  const chains = chainsOf(held.map(({ entry, hold }) => judgedBy(withRules(entry, recipients), hold.part)));
  const warnings = [
    ...recipients.warnings,
    ...brought?.warnings ?? [],
    ...[...loading.lists.values()].flatMap((list) => list.problems),
    ...[...tls.warnings, ...missingThings(config), ...lonelyListeners(config, chains)].map(inFile),
  ];
  const generation = {
    config,
    plugins: held.map(({ hold }) => hold.part),
    chains,
    recipients: { files: recipients.files, rules: recipients.rules },
    warnings,
    close,
    ...(tls.material === undefined ? {} : { tls: tls.material }),
  };
  return { kind: "generation", generation };
}

interface Held {
  readonly entry: PluginEntry;
  readonly hold: Hold<GenerationPlugin>;
}

/** In the order of the configuration. */
async function loadEntries(loading: Loading): Promise<{ readonly held: Held[]; readonly problems: string[] }> {
  const held: Held[] = [];
  const problems: string[] = [];
  for (const [index, entry] of loading.config.plugin.entries()) {
    if (entry.off) continue;
    const loaded = await loadEntry(loading, entry, index + 1);
    if (loaded.kind === "loaded") held.push({ entry, hold: loaded.hold });
    else problems.push(...loaded.problems);
  }
  return { held, problems };
}

/** What of an entry is the operator's alone. */
type Judged = Pick<PluginEntry, "policy" | "order">;

function withRules({ label, policy, order }: PluginEntry, { rules }: RecipientFiles): Judged {
  const byRecipient = rules.get(label);
  return { order, policy: byRecipient === undefined ? policy : { ...policy, byRecipient } };
}

/** The plugin as chains see it; it is shared between generations, what is made of its word is not. */
function judgedBy({ policy, order }: Judged, plugin: GenerationPlugin): Registered {
  const { name, onError, hooks, manifest } = plugin;
  const { givesMarks = false, readsNotesOf = [] } = plugin;
  const call: Registered["call"] = (hook, event, content, own) => plugin.call(hook, event, content, own);
  return {
    name,
    onError,
    hooks,
    policy,
    order,
    givesMarks,
    call,
    ...(readsNotesOf.length === 0 ? {} : { readsNotesOf }),
    ...(manifest.when === undefined ? {} : { when: manifest.when }),
  };
}

function missingThings(config: Config): readonly string[] {
  return [...foldersWithoutPlugins(config), ...missingDatabases(config)];
}

/** A listener for people who authenticate, and nobody who could say that they did. */
function lonelyListeners({ listen }: Config, { auth }: Chains): readonly string[] {
  const lonely = auth.length === 0 && listen.some(({ mode }) => mode === "submission");
  return lonely ? ["listener: no plugin is asked at the hook auth, so nobody can submit a message"] : [];
}
