// What can be seen of one process that serves, and done to it.

import { setTimeout as pause } from "node:timers/promises";
import process from "node:process";
import type { Json, JsonObject } from "../../sdk/contract/contract.ts";
import type { Config, PluginEntry } from "../config/config.ts";
import type { GenerationPlugin } from "../generation/load.ts";
import type { Reload } from "../generation/generations.ts";
import type { Happening } from "../live/happening.ts";
import type { LiveSession } from "../live/live_session.ts";
import type { MetricsSnapshot } from "../metrics/snapshot.ts";
import { findDecisions } from "../receipts/find.ts";
import type { DecisionRecord } from "../receipts/record.ts";
import type { Control, DeployOptions, PluginView, PolicyView, ReloadView, Status } from "./control.ts";
import type { DeployView, PluginDeployment, PolicyChange } from "./deployment_views.ts";
import type { Live } from "./live.ts";
import { mask } from "./mask.ts";

/** Changes plugins; src/deployments has one. */
export interface Deployer extends Pick<Control, "deploy" | "rollback" | "enable" | "setPolicy"> {
  /** What was changed of the plugin with this label, if anything. */
  deployment(label: string): PluginDeployment | undefined;
}

/** The generation in force, as far as it is looked at. */
interface Seen {
  readonly config: Config;
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

export class LocalControl implements Control {
  readonly #options: LocalOptions;

  constructor(options: LocalOptions) {
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
      warnings: [],
    });
  }

  sessions(): Promise<readonly LiveSession[]> {
    return Promise.resolve(this.#options.live.sessions());
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

  async deploy(label: string, octets: Uint8Array, options: DeployOptions): Promise<DeployView> {
    return await this.#options.deployer?.deploy(label, octets, options) ?? unsupported(label);
  }

  async rollback(label: string, who?: string): Promise<DeployView> {
    return await this.#options.deployer?.rollback(label, who) ?? unsupported(label);
  }

  async enable(label: string, on: boolean, who?: string): Promise<DeployView> {
    return await this.#options.deployer?.enable(label, on, who) ?? unsupported(label);
  }

  async setPolicy(label: string, change: PolicyChange, who?: string): Promise<DeployView> {
    return await this.#options.deployer?.setPolicy(label, change, who) ?? unsupported(label);
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
    return Promise.resolve(mask(this.#options.generations.current.config));
  }
}

/** None if the disk takes too long. */
export async function explainWithin(folder: string, code: string): Promise<readonly DecisionRecord[]> {
  const found = findDecisions(folder, code).catch(() => []);
  return await Promise.race([found, pause(patience, [], { ref: false })]);
}

export function unsupported(label: string): DeployView {
  return { kind: "unsupported", label, why: "This server cannot change plugins through the API." };
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
