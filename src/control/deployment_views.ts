// What came of a change to one plugin, as the API tells it. src/deployments does the work.

import type { JsonObject } from "../../sdk/contract/contract.ts";
import type { Changes } from "../generation/change_lists.ts";
import type { PolicyView } from "./control.ts";

/** What may be changed; absent members stay as they are, `null` goes back to what the configuration says. */
export type PolicyChange = { readonly [Key in keyof PolicyView]?: PolicyView[Key] | null };

/** What the API has changed of one plugin. */
export interface PluginDeployment {
  /** In force in the place of the configuration's file; absent: the configuration's is. */
  readonly digest?: string;
  /** The last five that were in force, the newest first, the one in force not among them. */
  readonly history: readonly DeployedVersion[];
  /** False: switched off by the API. */
  readonly enabled: boolean;
  /** What of the policy the API has changed. */
  readonly policy: PolicyChange;
}

export interface DeployedVersion {
  /** SHA-256, in hex; absent: the file that the configuration names. */
  readonly digest?: string;
  /** That of its manifest, if known. */
  readonly version?: string;
  /** Milliseconds since 1970: when it came into force; absent: the server was started with it. */
  readonly since?: number;
  /** The token by which it was put in force. */
  readonly who?: string;
}

/** How it ended; lines are whole and for the operator. */
export type DeployView =
  /** It is in force for all sessions that begin from now on. */
  | {
    readonly kind: "deployed";
    readonly label: string;
    readonly generation: number;
    readonly changes: Changes;
    readonly warnings: readonly string[];
    /** From the call to the new generation. */
    readonly milliseconds: number;
    readonly comparison?: PluginComparison;
  }
  /** A dry run: it would come into force. */
  | {
    readonly kind: "wouldDeploy";
    readonly label: string;
    readonly warnings: readonly string[];
    readonly comparison: PluginComparison;
  }
  /** Nothing was changed, because of these problems. */
  | {
    readonly kind: "refused";
    readonly label: string;
    readonly problems: readonly string[];
    readonly comparison?: PluginComparison;
  }
  /** The configuration has no plugin with this label; `lines` of TOML would add the one that was sent. */
  | { readonly kind: "unknown"; readonly label: string; readonly lines?: readonly string[] }
  /** Too many changes wait for their turn. */
  | { readonly kind: "busy"; readonly label: string; readonly why: string }
  /** There is no earlier version, or it is as was asked for already. */
  | { readonly kind: "nothing"; readonly label: string; readonly why: string }
  /** This server cannot do it. */
  | { readonly kind: "unsupported"; readonly label: string; readonly why: string };

/** The plugin in force and the one that was sent. */
export interface PluginComparison {
  readonly before?: VersionView;
  readonly after: VersionView;
  readonly grants: {
    /** What it needs now, and did not before. */
    readonly added: readonly string[];
    readonly removed: readonly string[];
    /** What the operator lets it do, as written. */
    readonly granted: readonly string[];
    /** What it needs, and the operator does not grant: while there is any, it is refused. */
    readonly missing: readonly string[];
  };
}

export interface VersionView {
  readonly digest: string;
  readonly name: string;
  readonly version: string;
  readonly hooks: readonly string[];
  readonly needs: readonly string[];
  /** Octets of the file. */
  readonly size: number;
  /** See `Manifest` of the contract. */
  readonly manifest?: JsonObject;
}
