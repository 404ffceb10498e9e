// What can be seen of one process that serves, and done to it.

import { setTimeout as pause } from "node:timers/promises";
import process from "node:process";
import type { Json, JsonObject } from "../../sdk/contract/contract.ts";
import type { Config, PluginEntry } from "../config/config.ts";
import type { GenerationPlugin } from "../generation/generation.ts";
import type { Reload } from "../generation/generations.ts";
import type { Happening } from "../live/happening.ts";
import type { LiveSession, SessionSummary } from "../live/live_session.ts";
import type { MetricsSnapshot } from "../metrics/snapshot.ts";
import { findDecisions } from "../receipts/find.ts";
import type { DecisionRecord } from "../receipts/record.ts";
import type { Control, PluginView, PolicyView, ReloadView, Status } from "./control.ts";
import type { PluginDeployment } from "./deployment_views.ts";
import type { Live } from "./live.ts";
import { maskConfig } from "./mask.ts";
import { type Deployer, PluginChanges } from "./plugin_changes.ts";

/** The generation in force, as far as it is looked at. */
interface Seen {
  readonly config: Config;
  readonly warnings: readonly string[];
  readonly plugins: readonly (GenerationPlugin & { readonly breaker?: "closed" | "trying" | "open" })[];
}

export interface LocalOptions {
  readonly version: string;
  /** `Node 24.21.0`. */
  readonly runtime: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly generations: {
    readonly current: Seen;
    readonly number: number;
    readonly standing: number;
    reload(): Promise<Reload>;
  };
  readonly live: Live;
  /** Connections that are open. */
  readonly sessions: () => number;
  readonly isOverloaded: () => boolean;
  readonly isStopping: () => boolean;
  readonly metrics: () => MetricsSnapshot;
  /** The folder of the decisions. */
  readonly decisions: string;
  /** Absent: plugins cannot be changed. */
  readonly deployer?: Deployer;
}

/** Milliseconds that anything may take but a reload, which has its own limits. */
const patience = 30_000;

/** A list may have a mistake in every line; the log has them all. */
const mostWarnings = 100;

export class LocalControl extends PluginChanges implements Control {
  readonly #options: LocalOptions;

  constructor(options: LocalOptions) {
    super(options.deployer);
    this.#options = options;
  }

  status(): Promise<Status> {
    const { version, runtime, started, generations, sessions, isOverloaded, isStopping } = this.#options;
    const overloaded = isOverloaded();
    const { pid } = process;
    const why = isStopping() ? "stopping" : overloaded ? "overloaded" : undefined;
    const memory = process.memoryUsage().rss;
    const { number: generation, standing } = generations;
    return Promise.resolve({
      version,
      runtime,
      hostname: generations.current.config.hostname,
      pid,
      started,
      generation,
      workers: [{ pid, generation, standing, sessions: sessions(), overloaded, memory }],
      ready: why === undefined,
      ...(why === undefined ? {} : { why }),
      warnings: generations.current.warnings.slice(0, mostWarnings),
    });
  }

  sessions(): Promise<readonly SessionSummary[]> {
    return Promise.resolve(this.#options.live.sessions());
  }

  session(id: string): Promise<LiveSession | undefined> {
    return Promise.resolve(this.#options.live.find(id));
  }

  endSession(id: string): Promise<boolean> {
    return Promise.resolve(this.#options.live.end(id));
  }

  plugins(): Promise<readonly PluginView[]> {
    const { generations: { current }, deployer } = this.#options;
    const loaded = new Map(current.plugins.map((plugin) => [plugin.name, plugin]));
    const views = current.config.plugin.map((entry) => {
      return viewOf(entry, loaded.get(entry.label), deployer?.deployment(entry.label));
    });
    return Promise.resolve(views);
  }

  async reload(): Promise<ReloadView> {
    return await this.#options.generations.reload();
  }

  metrics(): Promise<MetricsSnapshot> {
    return Promise.resolve(this.#options.metrics());
  }

  happenings(signal: AbortSignal): AsyncIterable<Happening> {
    return this.#options.live.happenings(signal);
  }

  async explain(code: string): Promise<readonly DecisionRecord[]> {
    return await explainWithin(this.#options.decisions, code);
  }

  config(): Promise<Json> {
    const { config, plugins } = this.#options.generations.current;
    const settings = new Map(plugins.map(({ name, manifest }) => [name, manifest.settings]));
    return Promise.resolve(maskConfig(config, (label) => settings.get(label)));
  }
}

/** None if the disk takes too long. */
export async function explainWithin(folder: string, code: string): Promise<readonly DecisionRecord[]> {
  const found = findDecisions(folder, code).catch(() => []);
  return await Promise.race([found, pause(patience, [], { ref: false })]);
}

function viewOf(
  entry: PluginEntry,
  plugin: Seen["plugins"][number] | undefined,
  deployment?: PluginDeployment,
): PluginView {
  const { label, name, grant, limits, file, off } = entry;
  const shared = {
    label,
    name,
    enabled: !off,
    source: deployment?.digest === undefined ? "configuration" as const : "deployed" as const,
    grants: grant,
    limits: { ...limits },
    policy: policyOf(entry),
    ...(file === undefined ? {} : { file }),
    ...(deployment === undefined ? {} : { deployment }),
  };
  if (plugin === undefined) return shared;
  const { digest, manifest, hooks, onError, counters, breaker } = plugin;
  return {
    ...shared,
    digest,
    version: manifest.version,
    manifest: manifest as unknown as JsonObject,
    hooks,
    onError,
    counters: { ...counters },
    ...(breaker === undefined ? {} : { breaker }),
  };
}

function policyOf({ policy, order, off }: PluginEntry): PolicyView {
  const { mode, as, immune, refusalScore, weight } = policy;
  return {
    mode: off ? "off" : mode,
    ...(as === undefined ? {} : { as }),
    immune,
    for: policy.for.map(({ localPart = "", domain }) => `${localPart}@${domain}`),
    score: { refusal: refusalScore, weight },
    order,
  };
}
