// A server with one plugin under two labels, to try changes of it; anew for every test.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DeployView } from "../../src/control/deployment_views.ts";
import { DeployedServer } from "./deployed.ts";
import { goodPlugin } from "./hostile_uploads.ts";

export const toml = `[[plugin]]
name = "tried"
file = "tried.wasm"
grant = ["event", "verdict", "edit"]
[[plugin]]
name = "tried"
label = "second"
file = "tried.wasm"
grant = ["event", "verdict", "edit"]
`;

/** How an upload is meant that is no dry run. */
export const real = { dryRun: false, who: "someone" };

export class TriedServer extends DeployedServer {
  /** `several`: of a primary, whose workers load for themselves. */
  constructor(several: boolean) {
    super({ "qpsmtpd.toml": toml, "tried.wasm": goodPlugin("1.0.0") }, several);
  }

  versionInForce(label = "tried"): string | undefined {
    return this.plugin(label)?.manifest.version;
  }

  /** Names of the modules that the overlay keeps, sorted. */
  blobs(): readonly string[] {
    const folder = join(this.state, "deployed");
    return existsSync(folder) ? readdirSync(folder).filter((name) => name !== "deployments.json").sort() : [];
  }

  /** All that a change that was refused must not touch. */
  whatIs(number: number = this.number): unknown {
    const file = join(this.state, "deployed/deployments.json");
    const overlay = existsSync(file) ? readFileSync(file, "utf8") : "";
    return [number, this.generation?.plugins.map(({ digest }) => digest), overlay, this.blobs(), this.open];
  }
}

/** All that a file of tests has started. */
export class TriedServers {
  readonly #started: TriedServer[] = [];

  async start(several = false): Promise<TriedServer> {
    const server = new TriedServer(several);
    this.#started.push(server);
    assert.deepEqual(await server.start(), []);
    return server;
  }

  async close(): Promise<void> {
    for (const server of this.#started) await server.close();
  }
}

/** Of a change that must have been refused, in lines. */
export function problemsOf(view: DeployView): string {
  assert.ok(view.kind === "refused", JSON.stringify(view));
  return view.problems.join("\n");
}
