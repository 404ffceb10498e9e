// A server reduced to its generations: real configuration, real plugins, real overlay, no clients.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import type { ReloadView } from "../../src/control/control.ts";
import { Deployments } from "../../src/deployments/deployments.ts";
import type { Moment } from "../../src/deployments/overlay_config.ts";
import { changesBetween } from "../../src/generation/changes.ts";
import { fileOf, loadOctets, type Means } from "../../src/generation/load_entry.ts";
import type { Generation, GenerationPlugin } from "../../src/generation/generation.ts";
import { emptyHost } from "../../src/generation/open_host.ts";
import { PluginFiles } from "../../src/generation/plugin_files.ts";
import { readGeneration } from "../../src/generation/read.ts";
import { SharedParts } from "../../src/generation/shared_parts.ts";
import type { LoadedGeneration } from "../../src/generation/load.ts";

export class DeployedServer {
  readonly folder: string = mkdtempSync(join(tmpdir(), "qpsmtpd-deployed-"));
  readonly state: string = join(this.folder, "state");
  readonly deployments: Deployments;
  readonly #means: Means = {
    log: () => {},
    host: emptyHost(),
    plugins: new SharedParts<GenerationPlugin>(),
    files: new PluginFiles(),
  };
  number = 0;
  /** Lines that the last generation was warned of. */
  warnings: readonly string[] = [];
  /** Reloads that are to fail, with this problem each. */
  failing: string[] = [];
  reloads = 0;
  generation: Generation | undefined;

  /** `files` by their names in the configuration's folder; `qpsmtpd.toml` must be among them. */
  constructor(files: { readonly [name: string]: string | Uint8Array }, several = false) {
    for (const name of ["config", "state"]) mkdirSync(join(this.folder, name));
    for (const [name, content] of Object.entries(files)) this.write(name, content);
    this.deployments = new Deployments({
      state: this.state,
      read: () => loadConfig(join(this.folder, "config/qpsmtpd.toml"), { state: this.state }),
      fileOf,
      tryOut: (config, entry, octets) => loadOctets(config, this.#means, entry, octets),
      reload: () => this.reload(),
      several,
      inForce: (label) => Promise.resolve(this.plugin(label)?.digest),
    });
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.folder, "config", name), content);
  }

  async read(moment: Moment): Promise<LoadedGeneration> {
    return await readGeneration({
      read: () => loadConfig(join(this.folder, "config/qpsmtpd.toml"), { state: this.state }),
      meansFor: () => Promise.resolve({ kind: "means", means: this.#means }),
      moment,
    });
  }

  /** The problems that keep it from starting, or none. */
  async start(): Promise<readonly string[]> {
    const read = await this.read("start");
    if (read.kind === "problems") return read.problems;
    await this.#follow(read);
    return [];
  }

  async reload(): Promise<ReloadView> {
    this.reloads++;
    const problem = this.failing.shift();
    const read = problem === undefined ? await this.read("reload") : { kind: "problems" as const, problems: [problem] };
    if (read.kind === "problems") return { kind: "kept", number: this.number, problems: read.problems };
    const changes = this.generation === undefined ? undefined : changesBetween(this.generation, read.generation);
    await this.#follow(read);
    const none = { added: [], changed: [], removed: [], kept: [], rejudged: [], tables: [] };
    return { kind: "reloaded", number: this.number, changes: changes ?? none, warnings: this.warnings };
  }

  /** The plugin in force. */
  plugin(label: string): GenerationPlugin | undefined {
    return this.generation?.plugins.find(({ name }) => name === label);
  }

  /** Plugins that are open. */
  get open(): number {
    return this.#means.plugins.size;
  }

  async close(): Promise<void> {
    await this.generation?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #follow({ generation }: Extract<LoadedGeneration, { readonly kind: "generation" }>): Promise<void> {
    const old = this.generation;
    [this.generation, this.warnings] = [generation, generation.warnings];
    this.number++;
    await old?.close();
  }
}
