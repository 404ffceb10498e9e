// Makes DIFFERENCES.md: what each bundled plugin does otherwise than qpsmtpd's, a row for each line of the READMEs.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));

/** Where the table is kept. */
export const differencesFile: string = join(folder, "DIFFERENCES.md");

/** Plugins of qpsmtpd that have none here, because the server does their work or forbids it. */
const withoutPlugin: readonly (readonly [plugin: string, difference: string])[] = [
  ["dont_require_anglebrackets", "The parser wants the brackets: 501. A blank behind `FROM:` is taken."],
  ["loadcheck", "`[overload]` looks at event-loop lag, heap, disk and open files."],
  ["naughty", '`mode = "late"` of each plugin, and `policy.late`.'],
  ["parse_addr_withhelo", "Parameters after HELO are 555, always."],
  ["stunnel", "PROXY protocol on listeners with `proxy = true`, from `trust.proxy` alone."],
  ["tls", "STARTTLS and implicit TLS are the server's: `[tls]` and `[[listener]]`."],
];

/** The text of that file. */
export function differencesText(): string {
  const plugins = readdirSync(folder).filter((name) => existsSync(join(folder, name, "README.md"))).sort();
  const rows = [
    ...plugins.flatMap((name) => differencesOf(name).map((difference) => [name, difference] as const)),
    ...withoutPlugin.map(([name, difference]) => [`(${name})`, difference] as const),
  ];
  return [
    "# Differences from qpsmtpd's plugins",
    "",
    "Made from the READMEs by `node plugins-wasm/differences.ts`. In brackets: plugins that there are none of here.",
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
