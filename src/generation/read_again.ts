// Reads the configuration of a running server again: what cannot change while it runs stays, and is told.

import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/config.ts";
import { loadConfig, type Loaded } from "../config/load.ts";
import type { Chosen } from "../cli/find_config.ts";

/** Taken at start and for good: the sockets are bound, the rights gone, the spool is clean, the resolver has its cache. */
const fixed = ["listen", "process", "state", "spool", "admin", "dns", "database"] as const;

/** `started` is the configuration the server was started with. */
export async function readAgain(chosen: Chosen, started: Config): Promise<Loaded> {
  const wanted = await loadConfig(chosen.path, chosen.overrides);
  if (wanted.kind === "problems") return wanted;
  // Read with the state folder in force, since other paths depend on it.
  const { listen, process, state, spool, admin, dns, database } = started;
  const read = await loadConfig(chosen.path, { ...chosen.overrides, state });
  if (read.kind === "problems") return read;
  const changed = fixed.filter((key) => !isDeepStrictEqual(started[key], wanted.config[key]));
  const warnings = changed.map((key) =>
    `${wanted.config.file}: ${key}: has changed, which takes effect when the server is started again`
  );
  return {
    kind: "config",
    config: { ...read.config, listen, process, spool, admin, dns, database },
    warnings: [...read.warnings, ...warnings],
  };
}
