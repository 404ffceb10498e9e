// Makes the targets of the log from `[log]`: what a target does not say stands above it, or is usual for its kind.

import { resolve } from "node:path";
import { levels } from "../log/log.ts";
import type { Levels, LogTarget } from "../log/targets.ts";
import type { LogTable, LogTargetTable } from "./log_schema.ts";

/** Keys that are for one kind alone. */
const keysOf: { readonly [kind in LogTargetTable["kind"]]: readonly (keyof LogTargetTable)[] } = {
  stdout: [],
  file: ["path", "size", "age", "keep", "gzip"],
  syslog: ["address", "facility", "tag", "ca"],
};

const usualFile = { size: 100_000_000, age: 86_400_000, keep: 14, gzip: false };

interface Folders {
  readonly hostname: string;
  /** The folder of the configuration file, and of what the server writes; absolute. */
  readonly folder: string;
  readonly state: string;
}

/** Only for a table without problems; see `logProblems`. */
export function resolveLog(log: LogTable, around: Folders): readonly LogTarget[] {
  const tables: readonly LogTargetTable[] = log.target.length === 0 ? [{ kind: "stdout" }] : log.target;
  return tables.map((table) => resolveTarget(log, table, around));
}

function resolveTarget(log: LogTable, table: LogTargetTable, { hostname, folder, state }: Folders): LogTarget {
  const wanted = levelsOf(log, table);
  const format = table.format ?? log.format;
  if (table.kind === "syslog") {
    const { address = { transport: "unix", path: "" }, facility = "mail", tag = "qpsmtpd", ca } = table;
    const origin = { address, facility, name: tag, hostname };
    return { kind: "syslog", ...wanted, format, ...origin, ...(ca === undefined ? {} : { ca: resolve(folder, ca) }) };
  }
  const plain = { ...wanted, format: format === "structured" ? "text" : format } as const;
  if (table.kind === "stdout") return { kind: "stdout", ...plain };
  const { size = usualFile.size, age = usualFile.age, keep = usualFile.keep, gzip = usualFile.gzip } = table;
  return { kind: "file", ...plain, path: pathOf(table, state), size, age, keep, gzip };
}

function levelsOf(log: LogTable, table: LogTargetTable): Levels {
  const level = table.level ?? log.level;
  const { accepted = level, refused = level } = table.adaptive ?? log.adaptive;
  return { level, accepted, refused };
}

function pathOf({ path = "log/qpsmtpd.log" }: LogTargetTable, state: string): string {
  return resolve(state, path);
}

/** Each as `log.target.2.size: what`. */
export function* logProblems(log: LogTable, state: string): Generator<string> {
  const paths: string[] = [];
  for (const [index, table] of log.target.entries()) {
    const at = `log.target.${index + 1}`;
    yield* foreignKeys(at, table);
    if (table.kind === "syslog") yield* syslogProblems(at, table);
    else if (table.format === "structured") yield `${at}.format: "structured" is for kind = "syslog" alone`;
    if (table.kind !== "file") continue;
    if (paths.includes(pathOf(table, state))) yield `${at}.path: another target writes to this file`;
    paths.push(pathOf(table, state));
  }
  yield* levelProblems(log);
}

function* foreignKeys(at: string, table: LogTargetTable): Generator<string> {
  for (const [kind, keys] of Object.entries(keysOf).filter(([kind]) => kind !== table.kind)) {
    for (const key of keys.filter((key) => table[key] !== undefined)) {
      yield `${at}.${key}: is for kind = "${kind}" alone`;
    }
  }
}

function* syslogProblems(at: string, { address, ca }: LogTargetTable): Generator<string> {
  if (address === undefined) {
    yield `${at}.address: missing; kind = "syslog" needs its receiver, such as "udp:127.0.0.1:514"`;
  } else if (ca !== undefined && address.transport !== "tls") yield `${at}.ca: is for addresses with "tls:" alone`;
}

/** Accepted mail told in more detail than refused mail is a slip. */
function* levelProblems(log: LogTable): Generator<string> {
  const tables: readonly (readonly [string, Levels])[] = log.target.length === 0
    ? [["log", levelsOf(log, { kind: "stdout" })]]
    : log.target.map((table, index) => [`log.target.${index + 1}`, levelsOf(log, table)]);
  for (const [at, { accepted, refused }] of tables) {
    if (levels.indexOf(accepted) >= levels.indexOf(refused)) continue;
    yield `${at}.adaptive: accepted = "${accepted}" would be written in more detail than refused = "${refused}"`;
  }
}
