// The `host` that hooks are given: what the plugin named among its needs, and a clear error for all else.

import { hostCapabilities, type HostCapability } from "../../contract/manifest.ts";
import type { ConfiguringHost, Host } from "../define_plugin.ts";
import type { HostAccess } from "./host_access.ts";
import { HostError } from "./host_error.ts";

/** How each capability is made of the access to the host: those that are there. */
export type Capabilities = {
  readonly [C in HostCapability]?: (access: HostAccess) => Host[C];
};

/** `whyMissing` says of a capability that is not there what to do about it, as the end of a sentence. */
export function openHost(
  log: Host["log"],
  capabilities: Capabilities,
  access: HostAccess,
  whyMissing: (name: HostCapability) => string,
): Host {
  const made = Object.entries(capabilities).map(([name, make]) => [name, make(access)]);
  return guarded({ log, ...Object.fromEntries(made) }, (name) => {
    return new HostError("notGranted", `host.${name} is not there: ${whyMissing(name)}`);
  }) as Host;
}

/** What `configure` is given: the daemon is starting, and nothing may be waited for. */
export function openConfiguringHost(log: Host["log"]): ConfiguringHost {
  return guarded({ log }, (name) => {
    return new HostError("badRequest", `host.${name} cannot be used in \`configure\`: only hooks may ask the host`);
  });
}

function guarded<H extends object>(host: H, errorFor: (name: HostCapability) => HostError): H {
  for (const name of hostCapabilities.filter((name) => !(name in host))) {
    Object.defineProperty(host, name, {
      get(): never {
        throw errorFor(name);
      },
    });
  }
  return host;
}
