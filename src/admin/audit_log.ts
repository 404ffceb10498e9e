// Who changed what, from where, and what came of it: a line of JSON each, in the state folder.

import { appendFile, chmod, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log/log.ts";

export interface AuditEntry {
  /** The name of the token; empty for somebody who showed none that is valid. */
  readonly who: string;
  readonly role: string;
  /** The address; `unix` for a Unix socket. */
  readonly from: string;
  /** `deploy`, `rollback`, `enable`, `disable`, `policy`, `reload`, `end session`, `sign in`, `sign out`. */
  readonly action: string;
  /** The plugin or the session. */
  readonly target?: string | undefined;
  /** The kind of its ending: `deployed`, `refused`, ... */
  readonly result: string;
  /** A digest, the members of a policy, problems; bounded. */
  readonly detail?: string | undefined;
}

export const auditFile = "audit.jsonl";

/** Octets of the file at which it is put aside, and how many older ones are kept. */
const largest = 10_000_000;
const kept = 5;

const longestDetail = 2000;

export class AuditLog {
  readonly #path: string;
  readonly #log: Log;
  readonly #largest: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(state: string, log: Log, most: number = largest) {
    this.#path = join(state, auditFile);
    this.#log = log;
    this.#largest = most;
  }

  /** Resolves when it is written, or the log says why it could not be. */
  write(entry: AuditEntry): Promise<void> {
    const { detail } = entry;
    const bounded = { ...entry, ...(detail === undefined ? {} : { detail: detail.slice(0, longestDetail) }) };
    this.#log("info", "changed by the API", { ...bounded });
    const line = JSON.stringify({ at: new Date().toISOString(), ...bounded });
    return this.#turn = this.#turn.then(() => this.#append(`${line}\n`)).catch((error: unknown) => {
      this.#log("error", "the audit log cannot be written", { file: this.#path, why: String(error) });
    });
  }

  async #append(line: string): Promise<void> {
    const size = await stat(this.#path).then(({ size }) => size, () => 0);
    if (size > 0 && size + line.length > this.#largest) await this.#putAside();
    await appendFile(this.#path, line, { mode: 0o600, flush: true });
    if (size === 0) await chmod(this.#path, 0o600);
  }

  async #putAside(): Promise<void> {
    for (let number = kept - 1; number >= 1; number--) {
      await rename(`${this.#path}.${number}`, `${this.#path}.${number + 1}`).catch(() => {});
    }
    await rename(this.#path, `${this.#path}.1`);
  }
}
