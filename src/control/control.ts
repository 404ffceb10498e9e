// Everything that can be seen of a running server and done to it: plain JSON values in and out, so that it is the same for
// one process and for a primary that asks its workers.

import type { HookName, Json, JsonObject } from "../../sdk/contract/contract.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import type { Changes } from "../generation/change_lists.ts";
import type { Happening } from "../live/happening.ts";
import type { LiveSession, SessionSummary } from "../live/live_session.ts";
import type { MetricsSnapshot } from "../metrics/snapshot.ts";
import type { DecisionRecord } from "../receipts/record.ts";
import type { DeployView, PluginDeployment, PolicyChange } from "./deployment_views.ts";

/**
 * No function rejects for anything that an operator, a plugin or a worker can do: what went wrong is a value. Every one
 * ends within a deadline of its own.
 */
export interface Control {
  status(): Promise<Status>;
  /** Those under way, the oldest first; at most 10,000. */
  sessions(): Promise<readonly SessionSummary[]>;
  /** One of them, with its dialogue; undefined: there is none with this code. */
  session(id: string): Promise<LiveSession | undefined>;
  /** Ends it with 421 as soon as it waits for its client. False: there is none with this code. */
  endSession(id: string): Promise<boolean>;
  /** In the order of the configuration, those that are switched off included. */
  plugins(): Promise<readonly PluginView[]>;
  /** Reads the configuration again: all of it is put in force, or nothing. */
  reload(): Promise<ReloadView>;
  /**
   * Puts the octets of a .wasm file in the place of a plugin's; with `dryRun` says only what would come of it. Here and
   * below `who` is the name of the token that asks.
   */
  deploy(label: string, octets: Uint8Array, options: DeployOptions): Promise<DeployView>;
  /** The version before the one in force. */
  rollback(label: string, who?: string): Promise<DeployView>;
  enable(label: string, on: boolean, who?: string): Promise<DeployView>;
  setPolicy(label: string, change: PolicyChange, who?: string): Promise<DeployView>;
  /** Merged from all workers; src/metrics makes Prometheus text of it. */
  metrics(): Promise<MetricsSnapshot>;
  /**
   * What happens from now on, until the signal is aborted. Who reads too slowly loses the oldest, and is told how many by
   * a happening of the kind `lost`.
   */
  happenings(signal: AbortSignal): AsyncIterable<Happening>;
  /** The records of a code as `readCode` gives it, the oldest first; none if nothing is known. */
  explain(code: string): Promise<readonly DecisionRecord[]>;
  /** The configuration in force, in base units; what is secret is `"***"`. */
  config(): Promise<Json>;
}

export interface DeployOptions {
  readonly dryRun: boolean;
  readonly who?: string;
}

export interface Status {
  readonly version: string;
  /** `Node 24.21.0`. */
  readonly runtime: string;
  readonly hostname: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** The newest that all processes serve with; 0 while none does. */
  readonly generation: number;
  /** The processes that serve; one without workers. */
  readonly workers: readonly WorkerStatus[];
  /** New clients are served. Otherwise `why` says why not. */
  readonly ready: boolean;
  readonly why?: "starting" | "stopping" | "overloaded";
  /** What the operator should know of the configuration in force and of the workers: whole lines, at most a few hundred. */
  readonly warnings: readonly string[];
}

export interface WorkerStatus {
  readonly pid: number;
  /** Counts from 1 in every process. */
  readonly generation: number;
  /** Generations that still serve somebody: 1, and one for each older one with sessions. */
  readonly standing: number;
  /** Connections that are open. */
  readonly sessions: number;
  readonly overloaded: boolean;
  /** Octets. */
  readonly memory: number;
}

export interface PluginView {
  /** What logs call it, and what the API names it by. */
  readonly label: string;
  readonly name: string;
  /** False: it is switched off, and the members below that need a loaded plugin are absent. */
  readonly enabled: boolean;
  /** `configuration`: its file is the one that the configuration names. `deployed`: it was uploaded. */
  readonly source: "configuration" | "deployed";
  /** Absolute path. */
  readonly file?: string;
  /** SHA-256 of the file, in hex. */
  readonly digest?: string;
  readonly version?: string;
  /** See `Manifest` of the contract. */
  readonly manifest?: JsonObject;
  /** The hooks it is asked at. */
  readonly hooks?: readonly HookName[];
  readonly onError?: OnError;
  /** What the operator lets it do, as written. */
  readonly grants: readonly string[];
  /** See `PluginLimits`. */
  readonly limits: JsonObject;
  readonly policy: PolicyView;
  readonly counters?: PluginCounters;
  /** The worst of all processes. */
  readonly breaker?: "closed" | "trying" | "open";
  readonly deployment?: PluginDeployment;
}

/** In the words of the configuration. */
export interface PolicyView {
  readonly mode: "enforce" | "late" | "monitor" | "off";
  readonly as?: string;
  readonly immune: readonly string[];
  /** `@example.org` or `someone@example.org`; none for everybody. */
  readonly for: readonly string[];
  readonly score: { readonly refusal: number; readonly weight: number };
  readonly order: number;
}

/** Since the plugin was loaded, of all processes together. */
export interface PluginCounters {
  readonly answered: number;
  /** Calls that failed, by `Failure`. */
  readonly failed: { readonly [failure: string]: number };
  /** Microseconds of all calls, and of the slowest; waiting included. */
  readonly micros: number;
  readonly slowestMicros: number;
  /** Milliseconds that the guest ran, and the fuel it burned. */
  readonly cpu: number;
  readonly fuel: number;
  /** The most octets that an instance had. */
  readonly memory: number;
}

/** Lines are whole and for the operator. */
export type ReloadView =
  | {
    readonly kind: "reloaded";
    /** The generation now in force. */
    readonly number: number;
    readonly changes: Changes;
    readonly warnings: readonly string[];
  }
  | { readonly kind: "kept"; readonly number: number; readonly problems: readonly string[] };
