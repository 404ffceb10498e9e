// Which server to ask first: the one listed first, unless it was silent lately.

import type { ServerAddress } from "./server_address.ts";

/** Milliseconds for which a silent server comes last, so that a dead one costs one query in a while its time-out, not all. */
const penalty = 30_000;

export class ServerOrder {
  readonly #servers: readonly ServerAddress[];
  readonly #now: () => number;
  readonly #silentUntil = new Map<ServerAddress, number>();

  constructor(servers: readonly ServerAddress[], now: () => number) {
    this.#servers = servers;
    this.#now = now;
  }

  /** All of them: those that were silent lately last. */
  list(): readonly ServerAddress[] {
    if (this.#silentUntil.size === 0) return this.#servers;
    const now = this.#now();
    const isSilent = (server: ServerAddress): boolean => (this.#silentUntil.get(server) ?? 0) > now;
    return [...this.#servers.filter((server) => !isSilent(server)), ...this.#servers.filter(isSilent)];
  }

  note(server: ServerAddress, wasSilent: boolean): void {
    if (wasSilent) this.#silentUntil.set(server, this.#now() + penalty);
    else this.#silentUntil.delete(server);
  }
}
