// Makes DIFFERENCES.md: what is otherwise than in qpsmtpd, a row for each line of the READMEs and what the core does.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { ofTheCore, withoutPlugin } from "./core_differences.ts";

const folder = dirname(fileURLToPath(import.meta.url));

/** Where the table is kept. */
export const differencesFile: string = join(folder, "DIFFERENCES.md");

/** The text of that file. */
export function differencesText(): string {
  const plugins = readdirSync(folder).filter((name) => existsSync(join(folder, name, "README.md"))).sort();
  const rows = [
    ...plugins.flatMap((name) => differencesOf(name).map((difference) => [name, difference] as const)),
    ...withoutPlugin.map(([name, difference]) => [`(${name})`, difference] as const),
    ...ofTheCore.map(([part, difference]) => [`(core: ${part})`, difference] as const),
  ];
  return [
    "# Differences from qpsmtpd",
    "",
    "Made from the READMEs and core_differences.ts by `node plugins-wasm/differences.ts`. In brackets: plugins that there",
    "are none of here, and what the server itself does.",
    "",
    "| plugin | here |",
    "|---|---|",
    ...rows.map(([name, difference]) => `| ${name} | ${difference.replaceAll("|", "\\|")} |`),
    "",
  ].join("\n");
}

function differencesOf(plugin: string): readonly string[] {
  const readme = readFileSync(join(folder, plugin, "README.md"), "utf8");
  const section = readme.split(/^## /m).find((part) => part.startsWith("Differs from qpsmtpd")) ?? "";
  return section.split("\n").filter((line) => line.startsWith("* ")).map((line) => line.slice(2).trim());
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(differencesFile, differencesText());
