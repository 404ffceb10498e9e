// Opens one target of the log.

import { Courier } from "./courier.ts";
import { formatJson, formatText } from "./format_line.ts";
import { HoldBack } from "./hold_back.ts";
import type { Entry } from "./log.ts";
import { LogFile } from "./log_file.ts";
import { formatSyslogAddress } from "./syslog_address.ts";
import { openDatagrams } from "./syslog_datagrams.ts";
import { syslogFormat } from "./syslog_message.ts";
import { connectStream } from "./syslog_stream.ts";
import type { FileTarget, LogTarget, SyslogTarget } from "./targets.ts";

/** What targets need of the process. */
export interface TargetMeans {
  /** To standard output: one line without its line end. */
  readonly print: (line: string) => void;
  /** To standard error, at once. */
  readonly alert: (line: string) => void;
  /** Whether this process is the one that puts files aside. */
  readonly rotates: boolean;
  /** The number of this process. */
  readonly pid: number;
  readonly now: () => Date;
}

export interface OpenTarget {
  /** Takes and holds back entries. */
  readonly holdBack: HoldBack;
  /** Lines that were dropped since it was opened; not those of standard output, whose writer is another's. */
  readonly dropped: () => number;
  /** A file may have been moved away. */
  reopen(): void;
  /** Writes what waits, as far as that is possible soon. */
  close(): Promise<void>;
}

interface Writer {
  readonly write: (line: string) => void;
  readonly dropped?: () => number;
  readonly reopen?: () => void;
  readonly close?: () => Promise<void>;
}

/** Never fails: who cannot write says so on standard error, and tries again. */
export function openTarget(target: LogTarget, means: TargetMeans): OpenTarget {
  const format = formatOf(target, means);
  const writer = writerFor(target, format, means);
  const holdBack = new HoldBack(target, (entry) => writer.write(format(entry)));
  return {
    holdBack,
    dropped: () => writer.dropped?.() ?? 0,
    reopen: () => writer.reopen?.(),
    close: async () => {
      holdBack.flush();
      await writer.close?.();
    },
  };
}

function formatOf(target: LogTarget, { pid }: TargetMeans): (entry: Entry) => string {
  if (target.kind === "syslog") return syslogFormat(target, pid);
  return target.format === "json" ? formatJson : formatText;
}

function writerFor(target: LogTarget, format: (entry: Entry) => string, means: TargetMeans): Writer {
  const dropNotice = (lines: number): string => {
    const time = means.now().toISOString();
    return format({ time, level: "warn", message: "lines of the log were dropped", fields: { lines } });
  };
  switch (target.kind) {
    case "stdout":
      return { write: means.print };
    case "file":
      return fileWriter(target, dropNotice, means);
    case "syslog":
      return syslogWriter(target, dropNotice, means);
  }
}

type DropNotice = (lines: number) => string;

function fileWriter(target: FileTarget, dropNotice: DropNotice, { alert, now, rotates }: TargetMeans): Writer {
  const file = new LogFile({ ...target, rotates, now, complain: alert, dropNotice });
  return {
    write: (line) => file.write(line),
    dropped: () => file.dropped,
    reopen: () => file.reopen(),
    close: () => file.close(),
  };
}

function syslogWriter({ address, ca }: SyslogTarget, dropNotice: DropNotice, { alert }: TargetMeans): Writer {
  const connect = address.transport === "udp"
    ? () => openDatagrams(address.host, address.port)
    : () => connectStream(address, ca);
  const courier = new Courier({ where: formatSyslogAddress(address), connect, complain: alert, dropNotice });
  return { write: (line) => courier.write(line), dropped: () => courier.dropped, close: () => courier.close() };
}
