// Reads the folder of what recipients want otherwise: recipients/DOMAIN.toml, and recipients/DOMAIN/LOCAL-PART.toml.

import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import * as v from "valibot";
import type { RecipientRule, RecipientRules } from "../policy/recipient_rules.ts";
import { escapeControls } from "../text/quote.ts";
import { displayPath } from "./display_path.ts";
import { explain } from "./explain.ts";
import { parseToml } from "./load.ts";
import { manner } from "./policy_schema.ts";
import { readText } from "./read_text.ts";
import { choice } from "./schema_values.ts";
import { domainPattern } from "./units.ts";

export const recipientLimits = { files: 10_000, octetsPerFile: 64_000, problems: 100 } as const;

/** `problems` and `warnings` are whole lines for the operator, each with its file. */
export interface RecipientFiles {
  readonly files: number;
  /** By the label of the plugin. */
  readonly rules: ReadonlyMap<string, RecipientRules>;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** A plugin of the configuration; one that is off is not even loaded. */
interface Plugin {
  readonly label: string;
  readonly off: boolean;
}

interface Reading {
  readonly plugins: readonly Plugin[];
  readonly schema: v.GenericSchema<unknown, FileRules>;
  readonly seen: Set<string>;
  readonly rules: Map<string, Map<string, RecipientRule>>;
  readonly problems: string[];
  readonly warnings: string[];
}

type FileRules = { readonly [label: string]: RecipientRule };

/** Files are found in the folder and never looked for by what a client says: no local part can lead elsewhere. */
interface Found {
  readonly path: string;
  /** `example.org` or `someone@example.org`, in lower case. */
  readonly recipient: string;
}

/** A folder that is not there says nothing. */
export async function readRecipientFiles(folder: string, plugins: readonly Plugin[]): Promise<RecipientFiles> {
  const schema = schemaOf(plugins);
  const reading: Reading = { plugins, schema, seen: new Set(), rules: new Map(), problems: [], warnings: [] };
  const found = statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : filesIn(folder, reading);
  if (found.length > recipientLimits.files) {
    complain(reading, folder, `more than ${recipientLimits.files} files lie here`);
  } else {
    for (const [index, file] of found.entries()) {
      readFile(reading, file);
      // A reload must not hold up the sessions of a server with thousands of them.
      if (index % 50 === 49) await nextTurn();
    }
  }
  const { rules, problems, warnings } = reading;
  const most = recipientLimits.problems;
  return { files: found.length, rules, problems: atMost(problems, most), warnings: atMost(warnings, most) };
}

/** The folders that hold such files, for whoever watches them: that one first, and those of its domains. */
export function recipientFolders(folder: string): readonly string[] {
  try {
    const members = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [folder, ...members.map(({ name }) => join(folder, name))];
  } catch {
    // Whoever reads the files says what is wrong with it.
    return [];
  }
}

function filesIn(folder: string, reading: Reading): readonly Found[] {
  return membersOf(folder, reading).flatMap((path): readonly Found[] => {
    const name = basename(path);
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const domain = (isFolder ? name : stemOf(name))?.toLowerCase();
    if (domain === undefined) return ignored(reading, path);
    if (!domainPattern.test(domain)) {
      complain(reading, path, "its name is no domain");
      return [];
    }
    return isFolder ? mailboxesIn(path, domain, reading) : [{ path, recipient: domain }];
  });
}

function mailboxesIn(folder: string, domain: string, reading: Reading): readonly Found[] {
  return membersOf(folder, reading).flatMap((path): readonly Found[] => {
    const localPart = stemOf(basename(path))?.toLowerCase();
    return localPart === undefined ? ignored(reading, path) : [{ path, recipient: `${localPart}@${domain}` }];
  });
}

/** Sorted by name; names with a leading dot or a `~` behind are editors' leftovers. */
function membersOf(folder: string, reading: Reading): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => !name.startsWith(".") && !name.endsWith("~"));
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    complain(reading, folder, `cannot be read: ${String(error.code)}`);
    return [];
  }
}

function stemOf(name: string): string | undefined {
  return name.endsWith(".toml") && name !== ".toml" ? name.slice(0, -".toml".length) : undefined;
}

function ignored({ warnings }: Reading, path: string): readonly Found[] {
  warnings.push(escapeControls(`${displayPath(path)}: ignored, since its name does not end in .toml`));
  return [];
}

function readFile(reading: Reading, { path, recipient }: Found): void {
  if (reading.seen.has(recipient)) {
    return complain(reading, path, "another file is of the same recipient, since case does not count");
  }
  reading.seen.add(recipient);
  const text = readText(path, recipientLimits.octetsPerFile);
  if (text.kind === "missing") return;
  if (text.kind === "unreadable") return complain(reading, path, `cannot be read: ${text.why}`);
  const toml = parseToml(text.text);
  if (toml.kind === "malformed") return complain(reading, path, toml.problem);
  const parsed = v.safeParse(reading.schema, toml.value, { abortPipeEarly: true });
  if (!parsed.success) {
    for (const what of explain(reading.schema, toml.value, parsed.issues)) complain(reading, path, what);
    return;
  }
  for (const [label, rule] of Object.entries(parsed.output)) take(reading, { path, recipient }, label, rule);
}

function take(
  { plugins, rules, warnings }: Reading,
  { path, recipient }: Found,
  label: string,
  rule: RecipientRule,
): void {
  const of = rules.get(label) ?? new Map<string, RecipientRule>();
  rules.set(label, of.set(recipient, rule));
  const isOff = plugins.find((plugin) => plugin.label === label)?.off === true;
  if (isOff && rule.mode !== "off") {
    warnings.push(
      escapeControls(`${displayPath(path)}: ${label}: has no effect, since this plugin is off for everybody`),
    );
  }
}

function schemaOf(plugins: readonly Plugin[]): v.GenericSchema<unknown, FileRules> {
  const rule = v.strictObject({
    mode: v.exactOptional(choice(["enforce", "late", "monitor", "off"])),
    as: v.exactOptional(manner),
  }, "expected a table with mode or as");
  const entries = plugins.map(({ label }) => [label, v.exactOptional(rule)] as const);
  return v.strictObject(Object.fromEntries(entries)) as unknown as v.GenericSchema<unknown, FileRules>;
}

function complain({ problems }: Reading, path: string, what: string): void {
  problems.push(escapeControls(`${displayPath(path)}: ${what}`));
}

function atMost(lines: readonly string[], most: number): readonly string[] {
  const rest = lines.length - most;
  return rest > 0 ? [...lines.slice(0, most), `and ${rest} more`] : lines;
}
