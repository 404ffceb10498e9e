// Changes of plugins, as every control passes them on to who makes them; a server that has nobody for it says so.

import type { Control, DeployOptions } from "./control.ts";
import type { DeployView, PluginDeployment, PolicyChange } from "./deployment_views.ts";

type Changes = Pick<Control, "deploy" | "rollback" | "enable" | "setPolicy">;

/** Changes plugins; src/deployments has one. */
export interface Deployer extends Changes {
  /** What was changed of the plugin with this label, if anything. */
  deployment(label: string): PluginDeployment | undefined;
}

/** For a control to extend. */
export class PluginChanges implements Changes {
  readonly #deployer: Deployer | undefined;

  constructor(deployer: Deployer | undefined) {
    this.#deployer = deployer;
  }

  async deploy(label: string, octets: Uint8Array, options: DeployOptions): Promise<DeployView> {
    return await this.#deployer?.deploy(label, octets, options) ?? unsupported(label);
  }

  async rollback(label: string, who?: string): Promise<DeployView> {
    return await this.#deployer?.rollback(label, who) ?? unsupported(label);
  }

  async enable(label: string, on: boolean, who?: string): Promise<DeployView> {
    return await this.#deployer?.enable(label, on, who) ?? unsupported(label);
  }

  async setPolicy(label: string, change: PolicyChange, who?: string): Promise<DeployView> {
    return await this.#deployer?.setPolicy(label, change, who) ?? unsupported(label);
  }
}

function unsupported(label: string): DeployView {
  return { kind: "unsupported", label, why: "This server cannot change plugins through the API." };
}
