// Where the log goes, as configured: to standard output, to files, to syslog receivers.

import type { Level } from "./log.ts";
import type { SyslogAddress } from "./syslog_address.ts";

/** The least important entries that are written. */
export interface Levels {
  /** Of those that belong to no session. */
  readonly level: Level;
  /** Of a session up to a message that was accepted, or to its end if nothing was refused. */
  readonly accepted: Level;
  /** Of a session in which something was refused. */
  readonly refused: Level;
}

export type LogTarget = StdoutTarget | FileTarget | SyslogTarget;

export interface StdoutTarget extends Levels {
  readonly kind: "stdout";
  readonly format: "text" | "json";
}

export interface FileTarget extends Levels {
  readonly kind: "file";
  readonly format: "text" | "json";
  /** Absolute. */
  readonly path: string;
  /** Octets after which the file is put aside; 0 is no bound. */
  readonly size: number;
  /** Milliseconds; it is put aside at each multiple of them since 1970, a day's are at midnight UTC. 0 is never. */
  readonly age: number;
  /** Files put aside that are kept. */
  readonly keep: number;
  /** Whether those are compressed. */
  readonly gzip: boolean;
}

export interface SyslogTarget extends Levels {
  readonly kind: "syslog";
  readonly format: "text" | "json" | "structured";
  readonly address: SyslogAddress;
  readonly facility: Facility;
  /** APP-NAME and HOSTNAME of RFC 5424. */
  readonly name: string;
  readonly hostname: string;
  /** PEM file of the authorities that are trusted, absolute; absent: those of the runtime. */
  readonly ca?: string;
}

/** RFC 5424 §6.2.1: names as syslog.conf has them. */
export const facilities = [
  "user",
  "mail",
  "daemon",
  "auth",
  "authpriv",
  "local0",
  "local1",
  "local2",
  "local3",
  "local4",
  "local5",
  "local6",
  "local7",
] as const;
export type Facility = (typeof facilities)[number];
