// What serving needs of the process around it, which may stand for itself or be one of several workers.

import type { Output } from "../cli/output.ts";
import type { Config } from "../config/config.ts";
import type { Control } from "../control/control.ts";
import type { Reload } from "../generation/generations.ts";
import type { Fields, Log } from "../log/log.ts";

export interface Surroundings extends Output {
  /** Resolves when the daemon is to stop. */
  stopSignal(): Promise<void>;
  /** Resolves when another process has taken over: sessions may end by themselves. */
  retireSignal?(): Promise<void>;
  /** Calls back whenever the configuration is to be read again. */
  onReloadSignal(reload: () => Promise<Reload>): void;
  /** Clients are served; `lines` say what runs and where. */
  started(lines: readonly string[]): void;
  /** To standard error at once: what the log itself cannot say. */
  alert(line: string): void;
  /** Clients are served: whoever looks at this process and changes it may begin. Gives what ends that. */
  startControl(control: Control, config: Config, log: Log): Promise<() => Promise<void>>;
  /** Where several processes serve: what every log entry says of this one. */
  readonly worker?: Fields;
}
