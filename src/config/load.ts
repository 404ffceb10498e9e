// Reads config/qpsmtpd.toml: the whole configuration, or every reason why it cannot be used.

import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import type { Config } from "./config.ts";
import { displayPath } from "./display_path.ts";
import { explain } from "./explain.ts";
import { escapeControls } from "../text/quote.ts";
import { readText } from "./read_text.ts";
import { type Overrides, resolveConfig } from "./resolve.ts";
import { configSchema } from "./schema.ts";

/** `problems` and `warnings` are whole lines for the operator, each beginning with the file. */
export type Loaded =
  | { readonly kind: "config"; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

const mostOctets = 1_000_000;

/**
 * Loads the file at `path` (relative to the current folder). Paths in the file are relative to the file's own folder,
 * but for `delivery.maildir.path`, which is relative to `state`. Never throws for anything an operator can do.
 */
export function loadConfig(path: string, overrides: Overrides = {}): Promise<Loaded> {
  const file = displayPath(path);
  const text = readText(path, mostOctets);
  if (text.kind === "missing") {
    return problems(file, [
      `no such file: name one by --config FILE or QPSMTPD_CONFIG, or make one by "qpsmtpd init config"`,
    ]);
  }
  if (text.kind === "unreadable") return problems(file, [`cannot be read: ${text.why}`]);
  const toml = parseToml(text.text);
  if (toml.kind === "malformed") return problems(file, [toml.problem]);
  const parsed = v.safeParse(configSchema, toml.value, { abortPipeEarly: true });
  if (!parsed.success) return problems(file, explain(configSchema, toml.value, parsed.issues));
  const folder = dirname(resolve(path));
  const resolved = resolveConfig(parsed.output, { file, folder, systemHostname: hostname(), overrides });
  if (resolved.problems.length > 0) return problems(file, resolved.problems);
  const warnings = resolved.warnings.map((warning) => `${file}: ${warning}`);
  return Promise.resolve({ kind: "config", config: resolved.config, warnings });
}

function problems(file: string, lines: readonly string[]): Promise<Loaded> {
  return Promise.resolve({ kind: "problems", problems: lines.map((line) => `${file}: ${line}`) });
}

type Toml =
  | { readonly kind: "toml"; readonly value: unknown }
  | { readonly kind: "malformed"; readonly problem: string };

/** TOML as plain values, or what is wrong with its syntax: line, column and the line itself. */
export function parseToml(text: string): Toml {
  try {
    return { kind: "toml", value: parse(text, { unsafeKeyBehaviour: "throw", maxDepth: 50 }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split("\n", 1)[0]?.replace(/^Invalid TOML document: /, "") ?? "";
    const line = text.split(/\r?\n/)[error.line - 1]?.trim().slice(0, 100) ?? "";
    const problem = `line ${error.line}, column ${error.column}: ${what}, in: ${line}`;
    return { kind: "malformed", problem: escapeControls(problem) };
  }
}
