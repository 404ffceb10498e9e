// qpsmtpd's logging plugins and its level as [log].

import type { Effect, Entry } from "./effect.ts";
import { facilities } from "../log/targets.ts";
import type { Json } from "../../sdk/contract/contract.ts";
import { type Level, readLevel } from "./log_levels.ts";
import { firstLine, type OldFolder, type OldLine } from "./old_folder.ts";
import { parsePluginLine, type PluginLine, readArguments } from "./plugin_line.ts";
import { asWritten } from "./plugin_row.ts";
import { formatValue } from "./toml_text.ts";

/** The file `logging`, and `loglevel`, which counts where no plugin says a level. */
export function translateLogging(old: OldFolder): readonly Effect[] {
  const written = firstLine(old, "loglevel");
  const effects = written === undefined ? [] : [plainLevel(written)];
  return [...effects, ...old.lines("logging").map(parsePluginLine).map(translateTarget)];
}

/** The last entry of a key counts: a plugin's own level stands over the file `loglevel`. */
function plainLevel(line: OldLine): Effect {
  const level = readLevel(line.text);
  const { place } = line;
  if (level === undefined) {
    return { remarks: [{ kind: "unreadable", place, text: `loglevel: ${noLevel}` }] };
  }
  return {
    entries: [{ key: "log.level", value: level, from: `loglevel: ${line.text}` }],
    remarks: [{ kind: "became", place, text: `loglevel ${line.text} → log.level = "${level}"` }],
  };
}

const noLevel = "must be a level of the log: 0 to 7, or LOGINFO and the like";

interface Target {
  readonly entries?: { readonly [key: string]: Json };
  readonly differs?: string;
}

const targets = new Map<string, (line: PluginLine) => Target>([
  ["adaptive", adaptive],
  ["apache", () => ({ differs: "there is no Apache here: lines go to standard output" })],
  ["connection_id", () => ({ differs: "each session has an id here, and each line says it" })],
  ["devnull", () => ({ differs: "standard output is written unless there is a [[log.target]]" })],
  ["file", file],
  ["syslog", syslog],
  ["transaction_id", () => ({ differs: "each transaction has an id here, and its lines say it" })],
  ["warn", () => ({ differs: "lines go to standard output, not to standard error" })],
]);

/** One line of `logging`. */
export function translateTarget(line: PluginLine): Effect {
  const { place, text } = line;
  const target = targets.get(line.name)?.(line);
  if (target === undefined) {
    return { remarks: [{ kind: "lost", place, text: `${text}: is no logging plugin that is known here` }] };
  }
  const word = levelWord(line);
  const level = word === undefined ? undefined : readLevel(word);
  const keys: { readonly [key: string]: Json } = {
    ...(level === undefined ? {} : { "log.level": level }),
    ...target.entries,
  };
  const entries: Entry[] = Object.entries(keys).map(([key, value]) => ({ key, value, from: asWritten(line) }));
  const wrong = word !== undefined && level === undefined;
  const shown = entries.map(({ key, value }) => `${key.slice(4)} = ${formatValue(value)}`).join(", ");
  return {
    entries,
    remarks: [
      { kind: "became", place, text: `${text} → [log]${shown === "" ? "" : ` with ${shown}`}` },
      ...(target.differs === undefined ? [] : [{ kind: "differs" as const, place, text: target.differs }]),
      ...(wrong ? [{ kind: "unreadable" as const, place, text: `${text}: ${noLevel}` }] : []),
    ],
  };
}

/** The path stands behind the arguments; it may have had the time in it, or have been a program. */
function file({ words }: PluginLine): Target {
  const path = words.findLast((word) => word.startsWith("/"));
  if (words.some((word) => word.startsWith("|")) || path === undefined) {
    return { differs: "no program is fed with lines: they go to standard output" };
  }
  const isPlain = !path.includes("%");
  const target = isPlain ? { kind: "file", path } : { kind: "file" };
  const differs = isPlain
    ? "the file is put aside each day, and 14 of them are kept: log.target has size, age and keep"
    : "no time stands in the file's name: STATE/log/qpsmtpd.log is put aside each day under a name with the time";
  return { entries: { "log.target": [target] }, differs };
}

function syslog({ words }: PluginLine): Target {
  const given = readArguments(words, []);
  const wanted = given.find(({ name }) => name === "facility")?.value?.toLowerCase().replace(/^log_/, "") ?? "mail";
  const facility = facilities.find((known) => known === wanted) ?? "mail";
  const tag = given.find(({ name }) => name === "ident")?.value;
  const target = { kind: "syslog", address: "udp:127.0.0.1:514", facility, ...(tag === undefined ? {} : { tag }) };
  const differs = "lines go to 127.0.0.1:514 by UDP: let the local syslog daemon listen there";
  return { entries: { "log.target": [target] }, differs };
}

const details: readonly Level[] = ["error", "warn", "info", "debug"];

/** Sessions in which something was refused were written to one level, and accepted mail to another. */
function adaptive({ words }: PluginLine): Target {
  const given = readArguments(words, []);
  const level = (name: string, standard: Level): Level =>
    readLevel(given.find((argument) => argument.name === name)?.value ?? "") ?? standard;
  const accepted = level("accept", "error");
  const refused = level("reject", "warn");
  // Refused sessions are never told of in less detail here.
  const most = details.indexOf(refused) < details.indexOf(accepted) ? accepted : refused;
  const entries = { "log.adaptive.accepted": accepted, "log.adaptive.refused": most };
  return { entries, differs: "there is no prefix, and all lines of a session are judged together" };
}

/** The first word of `warn`; an argument of `file` and `syslog`. */
function levelWord({ name, words }: PluginLine): string | undefined {
  if (name === "warn") return words[0];
  return readArguments(words, []).find((argument) => argument.name === "loglevel")?.value;
}
