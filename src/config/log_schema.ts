// The section `[log]` of config/qpsmtpd.toml.

import * as v from "valibot";
import { type Level, levels } from "../log/log.ts";
import { parseSyslogAddress, type SyslogAddress } from "../log/syslog_address.ts";
import { facilities, type Facility } from "../log/targets.ts";
import { camelKeys } from "./camel_keys.ts";
import { choice, keyed, list, path, section } from "./schema_values.ts";
import { parseDuration, parseSize } from "./units.ts";

/** `[log]` as written; what is absent in a target depends on its kind and on what stands above it. */
export interface LogTable {
  readonly format: "text" | "json";
  readonly level: Level;
  readonly adaptive: AdaptiveTable;
  readonly target: readonly LogTargetTable[];
}

export interface AdaptiveTable {
  readonly accepted?: Level;
  readonly refused?: Level;
}

/** One `[[log.target]]` table. */
export interface LogTargetTable {
  readonly kind: "stdout" | "file" | "syslog";
  readonly format?: "text" | "json" | "structured";
  readonly level?: Level;
  readonly adaptive?: AdaptiveTable;
  readonly path?: string;
  readonly size?: number;
  readonly age?: number;
  readonly keep?: number;
  readonly gzip?: boolean;
  readonly address?: SyslogAddress;
  readonly facility?: Facility;
  readonly tag?: string;
  readonly ca?: string;
}

const adaptive = {
  accepted: v.exactOptional(v.pipe(
    choice(levels),
    v.description("The least important lines of sessions in which nothing was refused; if absent, level."),
  )),
  refused: v.exactOptional(v.pipe(
    choice(levels),
    v.description("The least important lines of sessions in which something was refused; if absent, level."),
  )),
};

const target: v.GenericSchema<unknown, LogTargetTable> = v.pipe(
  v.strictObject({
    kind: v.pipe(choice(["stdout", "file", "syslog"]), v.description("Where the lines go.")),
    format: v.exactOptional(v.pipe(
      choice(["text", "json", "structured"]),
      v.description("In the place of log.format; structured is for syslog alone."),
    )),
    level: v.exactOptional(v.pipe(choice(levels), v.description("In the place of log.level."))),
    adaptive: v.exactOptional(v.pipe(
      v.strictObject(adaptive, "expected a table"),
      v.description("In the place of log.adaptive."),
    )),
    path: v.exactOptional(v.pipe(path(), v.description("The file, relative to state; if absent, log/qpsmtpd.log."))),
    size: v.exactOptional(bounded("100MB", "B", parseSize, "The file is put aside when it is so large; 0B is never.")),
    age: v.exactOptional(
      bounded("1d", "s", parseDuration, "And at each multiple of this time, a day's at midnight UTC; 0s is never."),
    ),
    keep: v.exactOptional(v.pipe(
      v.number("expected a whole number from 1 to 10000"),
      v.integer("expected a whole number from 1 to 10000"),
      v.minValue(1, "expected a whole number from 1 to 10000"),
      v.maxValue(10_000, "expected a whole number from 1 to 10000"),
      v.description("Files put aside that are kept; if absent, 14."),
    )),
    gzip: v.exactOptional(v.pipe(v.boolean("expected true or false"), v.description("Whether they are compressed."))),
    address: v.exactOptional(syslogAddress()),
    facility: v.exactOptional(v.pipe(choice(facilities), v.description("If absent, mail."))),
    tag: v.exactOptional(v.pipe(
      v.string("expected a name"),
      v.regex(/^[!-~]{1,48}$/, "expected a name of printable ASCII without spaces, at most 48 characters"),
      v.description("APP-NAME; if absent, qpsmtpd."),
    )),
    ca: v.exactOptional(v.pipe(path(), v.description("PEM file of the authorities that are trusted, for tls."))),
  }, "expected a [[log.target]] table"),
  v.transform(camelKeys),
);

export const log: v.GenericSchema<unknown, LogTable> = section("The log of the server.", {
  format: keyed(choice(["text", "json"]), "text", "For people or for programs."),
  level: keyed(choice(levels), "info", "The least important lines that are written."),
  adaptive: section("Other levels for lines of sessions, which are held back until it is known how they go.", adaptive),
  target: keyed(list(target, 0, 20), [], "Where it goes; if empty, to standard output."),
});

/** A text with a unit, or none at all. */
function bounded(
  example: string,
  unit: string,
  parse: (text: string) => number | undefined,
  description: string,
): v.GenericSchema<unknown, number> {
  const message = `expected ${unit === "B" ? "a size" : "a time"} such as ${example}, or 0${unit} for none`;
  return v.pipe(
    v.string(message),
    v.check((text) => text === `0${unit}` || parse(text) !== undefined, message),
    v.transform((text) => parse(text) ?? 0),
    v.description(description),
  );
}

function syslogAddress(): v.GenericSchema<unknown, SyslogAddress> {
  const message = "expected udp:HOST:PORT, tcp:HOST:PORT, tls:HOST:PORT or unix:/PATH";
  return v.pipe(
    v.string(message),
    v.check((text) => parseSyslogAddress(text) !== undefined, message),
    v.transform((text): SyslogAddress => parseSyslogAddress(text) ?? { transport: "unix", path: "" }),
    v.description("The receiver: udp:HOST:PORT, tcp:HOST:PORT, tls:HOST:PORT or unix:/PATH, a stream socket."),
  );
}
