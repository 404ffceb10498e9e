// The resolver as the daemon uses it: what the operator configured, the rest from this machine's /etc/resolv.conf.

import { readResolvConf, type ResolvConf } from "./resolv_conf.ts";
import { parseServerAddress, type ServerAddress } from "./server_address.ts";
import { type ResolverOptions, StubResolver } from "./stub_resolver.ts";

/** Without `servers` those of resolv.conf are asked, in its way; what is given here wins over the file. */
export async function openResolver(given: Partial<ResolverOptions> = {}): Promise<StubResolver> {
  if (given.servers !== undefined) return new StubResolver({ ...given, servers: given.servers });
  return new StubResolver({ ...optionsOf(await readResolvConf()), ...given });
}

/** What the file means for the resolver. */
export function optionsOf({ servers, ...rest }: ResolvConf): ResolverOptions {
  return { ...rest, servers: servers.map(parseServerAddress).filter((server): server is ServerAddress => !!server) };
}
