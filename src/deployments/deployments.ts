// Changes plugins of a running server, one change at a time: tried first, then written down, then put in force by a
// reload; and if that fails anywhere, everything is as it was.

import { readFile, stat } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { Config, PluginEntry } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import type { Control, DeployOptions, ReloadView } from "../control/control.ts";
import type {
  DeployView,
  PluginComparison,
  PluginDeployment,
  PolicyChange,
  VersionView,
} from "../control/deployment_views.ts";
import { limits } from "../plugins/limits.ts";
import { nothing, refused, unknown } from "./answers.ts";
import { compareVersions, viewVersion } from "./compare_versions.ts";
import { deployedOver, deploymentOf, type Overlay, overlayWith, type PluginOverlay } from "./overlay.ts";
import { policyChanged, rolledBack, untouched } from "./overlay.ts";
import { applyTo } from "./overlay_config.ts";
import { readOverlay, sweepBlobs, whyNotWritten, writeBlob, writeOverlay } from "./overlay_file.ts";
import { checkPolicyChange } from "./policy_change.ts";
import { OneAtATime } from "./one_at_a_time.ts";

export interface DeploymentsOptions {
  /** STATE, absolute. */
  readonly state: string;
  /** The configuration as its file says now. */
  readonly read: () => Promise<Loaded>;
  /** Where the .wasm of an entry lies. */
  readonly fileOf: (entry: PluginEntry, config: Config) => string | undefined;
  /** Loads and configures it as a reload would; the entry is one of the configuration. */
  readonly tryOut: (config: Config, entry: PluginEntry, octets: Uint8Array) => Promise<Trial>;
  /** Puts in force what the overlay says now, in every process or, told as `kept`, not in every one. */
  readonly reload: () => Promise<ReloadView>;
  /** Whether several processes reload: then some may have taken over what another refused. */
  readonly several: boolean;
  /** The digest that the server runs under a label, if it runs it. */
  readonly inForce: (label: string) => Promise<string | undefined>;
}

/** What was tried is released when the generation that may have taken it over is in force. Problems are whole lines. */
export type Trial =
  | { readonly kind: "loaded"; readonly hold: { release(): Promise<void> } }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** A plugin of the configuration, and what is changed of it. */
interface Place {
  readonly config: Config;
  readonly overlay: Overlay;
  /** As the configuration says. */
  readonly entry: PluginEntry;
  readonly plugin: PluginOverlay;
}

interface Change {
  readonly place: Place;
  readonly plugin: PluginOverlay;
  readonly comparison?: PluginComparison | undefined;
  /** `performance.now()` when it was asked for. */
  readonly began: number;
}

/** Milliseconds for which what was read of the overlay is shown. */
const freshFor = 1000;

export class Deployments implements Pick<Control, "deploy" | "rollback" | "enable" | "setPolicy"> {
  readonly #options: DeploymentsOptions;
  #shown: { readonly overlay: Overlay; readonly until: number } = { overlay: new Map(), until: -Infinity };
  readonly #turns = new OneAtATime();

  constructor(options: DeploymentsOptions) {
    this.#options = options;
  }

  /** See `Control.deploy`. */
  deploy(label: string, octets: Uint8Array, how: DeployOptions): Promise<DeployView> {
    return this.#inTurn(label, (place, began) => this.#deploy(place, octets, how, began), octets);
  }

  /** See `Control.rollback`. */
  rollback(label: string, who?: string): Promise<DeployView> {
    return this.#inTurn(label, async (place, began) => {
      const plugin = rolledBack(place.plugin, Date.now(), who);
      if (plugin === undefined) return nothing(label, atTheEnd);
      const comparison = await this.#comparison(place, await this.#version(place, plugin));
      return await this.#putInForce({ place, plugin, comparison, began });
    });
  }

  /** See `Control.enable`. */
  enable(label: string, on: boolean): Promise<DeployView> {
    return this.#inTurn(label, async (place, began) => {
      if (place.plugin.enabled === on) return nothing(label, whyAsItIs(place, on));
      return await this.#putInForce({ place, plugin: { ...place.plugin, enabled: on }, began });
    });
  }

  /** See `Control.setPolicy`. */
  setPolicy(label: string, change: PolicyChange): Promise<DeployView> {
    return this.#inTurn(label, async (place, began) => {
      const checked = checkPolicyChange(change);
      if (isLines(checked)) return refused(label, checked);
      const plugin = policyChanged(place.plugin, checked);
      if (isDeepStrictEqual(plugin.policy, place.plugin.policy)) return nothing(label, "the policy is so already");
      return await this.#putInForce({ place, plugin, began });
    });
  }

  /** What is changed now, if anything; a damaged overlay has nothing in it. */
  deployment(label: string): PluginDeployment | undefined {
    const now = performance.now();
    if (now >= this.#shown.until) {
      const read = readOverlay(this.#options.state);
      this.#shown = { overlay: read.kind === "broken" ? new Map() : read.overlay, until: now + freshFor };
    }
    return deploymentOf(this.#shown.overlay, label);
  }

  async #inTurn(
    label: string,
    act: (place: Place, began: number) => Promise<DeployView>,
    sent?: Uint8Array,
  ): Promise<DeployView> {
    const began = performance.now();
    const done = await this.#turns.run(async () => {
      const place = await this.#place(label, sent);
      const view = "kind" in place ? place : await act(place, began);
      this.#shown = { ...this.#shown, until: -Infinity };
      return view;
    });
    return done ?? { kind: "busy", label, why: "too many changes wait for their turn" };
  }

  async #place(label: string, sent: Uint8Array | undefined): Promise<Place | DeployView> {
    const loaded = await this.#options.read();
    if (loaded.kind === "problems") return refused(label, loaded.problems);
    const { config } = loaded;
    const read = readOverlay(this.#options.state);
    // What is in it would be lost with the first change.
    if (read.kind === "broken") return refused(label, [`${read.why}: correct it, or remove it`]);
    const entry = config.plugin.find((each) => each.label === label);
    if (entry === undefined) return unknown(label, sent);
    const known = read.overlay.get(label);
    const plugin = known?.name === entry.name ? known : untouched(entry.name);
    return { config, overlay: read.overlay, entry, plugin };
  }

  async #deploy(
    place: Place,
    octets: Uint8Array,
    { dryRun, who }: DeployOptions,
    began: number,
  ): Promise<DeployView> {
    const { entry: { label }, plugin: before } = place;
    if (octets.length > limits.file) {
      return refused(label, [`the file has ${octets.length} octets; a plugin may have ${limits.file}`]);
    }
    const after = viewVersion(octets);
    const comparison = await this.#comparison(place, after);
    if (after !== undefined && await this.#runs(label, after.digest, comparison)) {
      return nothing(label, `this version is in force already: ${after.digest}`);
    }
    const trial = await this.#options.tryOut(place.config, place.entry, octets);
    if (trial.kind === "refused") return refused(label, trial.problems, comparison);
    try {
      // Whatever is loaded has a manifest.
      if (comparison === undefined) return refused(label, ["the file has no manifest"]);
      if (dryRun) return { kind: "wouldDeploy", label, warnings: this.#warningsOf(place), comparison };
      const problem = await this.#keep(octets);
      if (problem !== undefined) return refused(label, [problem], comparison);
      const plugin = deployed(before, after, comparison, who);
      return await this.#putInForce({ place, plugin, comparison, began });
    } finally {
      await trial.hold.release();
    }
  }

  #warningsOf({ entry, plugin }: Place): readonly string[] {
    const { label, off } = applyTo(entry, plugin, this.#options.state);
    return off ? [`"${label}" is switched off: it will not be asked`] : [];
  }

  /** On the disk and in the server: a file that was changed on the disk is not in force before a reload. */
  async #runs(label: string, digest: string, comparison: PluginComparison | undefined): Promise<boolean> {
    return comparison?.before?.digest === digest && (await this.#options.inForce(label) ?? digest) === digest;
  }

  async #keep(octets: Uint8Array): Promise<string | undefined> {
    try {
      await writeBlob(this.#options.state, octets);
      return undefined;
    } catch (error) {
      return `${this.#options.state}: the file cannot be kept: ${whyNotWritten(error)}`;
    }
  }

  async #comparison(place: Place, after: VersionView | undefined): Promise<PluginComparison | undefined> {
    if (after === undefined) return undefined;
    return compareVersions(await this.#version(place, place.plugin), after, place.entry.grant);
  }

  /** What would run with this overlay, if it can be read. */
  async #version({ config, entry }: Place, plugin: PluginOverlay): Promise<VersionView | undefined> {
    const path = this.#options.fileOf(applyTo(entry, plugin, this.#options.state), config);
    if (path === undefined) return undefined;
    try {
      const found = await stat(path);
      return found.isFile() && found.size <= limits.file ? viewVersion(await readFile(path)) : undefined;
    } catch {
      return undefined;
    }
  }

  async #putInForce({ place, plugin, comparison, began }: Change): Promise<DeployView> {
    const { overlay: before, entry } = place;
    const { label } = entry;
    const { state } = this.#options;
    const after = overlayWith(before, label, plugin);
    const compared = comparison === undefined ? {} : { comparison };
    try {
      await writeOverlay(state, after);
    } catch (error) {
      await sweepBlobs(state, before);
      return refused(label, [`${state}: the change cannot be written: ${whyNotWritten(error)}`], comparison);
    }
    const reload = await this.#reload();
    if (reload.kind === "kept") {
      return refused(label, [...reload.problems, ...await this.#putBack(before)], comparison);
    }
    await sweepBlobs(state, after);
    const { number: generation, changes, warnings } = reload;
    const milliseconds = Math.round(performance.now() - began);
    return { kind: "deployed", label, generation, changes, warnings, milliseconds, ...compared };
  }

  /** What more the operator must know. */
  async #putBack(before: Overlay): Promise<readonly string[]> {
    const { state, several } = this.#options;
    try {
      await writeOverlay(state, before);
    } catch (error) {
      return [
        `${state}: the change could not be taken back: ${whyNotWritten(error)}; the next reload will try it again`,
      ];
    }
    // Somebody else's reload may have come between and taken the change over; and of several workers some have.
    const again = await this.#reload();
    await sweepBlobs(state, before);
    if (!several) return [];
    if (again.kind === "reloaded") return ["every worker is back on what was in force before"];
    return ["not every worker could be put back on what was in force before:", ...again.problems];
  }

  /** A bug in it must not leave a change behind that nobody runs. */
  async #reload(): Promise<ReloadView> {
    try {
      return await this.#options.reload();
    } catch (error) {
      return { kind: "kept", number: 0, problems: [`a bug, please report it: ${String(error)}`] };
    }
  }
}

const atTheEnd =
  "the file that the configuration names is in force, and nothing is kept from before it: upload the version you want";

function deployed(
  before: PluginOverlay,
  after: VersionView | undefined,
  comparison: PluginComparison | undefined,
  who: string | undefined,
): PluginOverlay {
  if (after === undefined) return before;
  const { digest, version } = after;
  const now = { digest, version, since: Date.now(), ...(who === undefined ? {} : { who }) };
  const old = comparison?.before?.version;
  return deployedOver(before, now, old === undefined ? {} : { version: old });
}

function whyAsItIs({ entry, plugin }: Place, on: boolean): string {
  const off = entry.off ? plugin.policy.mode ?? "off" : plugin.policy.mode;
  if (on && off === "off") return `its mode is "off": change that`;
  return on ? "it is switched on already" : "it is switched off already";
}

function isLines(value: PolicyChange | readonly string[]): value is readonly string[] {
  return Array.isArray(value);
}
