// Plugins of qpsmtpd's whose work is the server's own here, and those that there is nothing for.

import { type LatePoint, latePoints } from "../policy/terms.ts";
import { translateDelivery } from "./delivery_row.ts";
import type { Around, Effect } from "./effect.ts";
import { translateTarget } from "./logging_row.ts";
import { type PluginLine, readArguments } from "./plugin_line.ts";
import { asWritten } from "./plugin_row.ts";
import { translateTls } from "./tls_row.ts";
import { unknownPlugin, withoutCounterpart } from "./without_counterpart.ts";

/** Nothing if the server does not do its work. `delivered`: an earlier line says where mail goes. */
export function translateServerPlugin(line: PluginLine, around: Around, delivered: boolean): Effect | undefined {
  if (line.folder === "queue") return translateDelivery(line, delivered);
  if (line.folder === "logging") return translateTarget(line);
  if (line.folder !== "") return undefined;
  if (line.name === "tls") return translateTls(line, around);
  return line.name === "naughty" ? translateNaughty(line) : undefined;
}

/** A comment in the place of a table, and the remedy in the report. */
export function translateMissing(line: PluginLine, around: Around): Effect {
  const why = around.instead.get(line.name) ?? withoutCounterpart.get(line.name) ?? unknownPlugin;
  const text = why.replaceAll("`", "").replace(/\.?$/, ".");
  return {
    steps: [{ from: asWritten(line), comment: `not taken over: ${text}` }],
    remarks: [{ kind: "lost", place: line.place, text: `${line.text}: ${text}` }],
  };
}

/** The reject_type of the plugin naughty, for all refusals that it told. */
export function naughtyType(line: PluginLine): string {
  return readArguments(line.words, []).findLast(({ name }) => name === "reject_type")?.value ?? "disconnect";
}

function translateNaughty(line: PluginLine): Effect {
  const { place, text } = line;
  const from = asWritten(line);
  const point = readArguments(line.words, []).findLast(({ name }) => name === "reject")?.value ?? "rcpt";
  const late: LatePoint | undefined = latePoints.find((known) => known === point);
  const value = late ?? (point === "connect" ? "mail" : "rcpt");
  return {
    steps: [{ from, comment: 'mode = "late" of the plugins themselves, and policy.late' }],
    entries: [{ key: "policy.late", value, from }],
    remarks: [
      { kind: "became", place, text: `${text} → policy.late = "${value}"` },
      ...(late === undefined ? [{ kind: "differs" as const, place, text: `at ${point} none is told` }] : []),
    ],
  };
}
