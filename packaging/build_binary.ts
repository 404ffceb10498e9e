// Makes build/qpsmtpd: Bun, the server, its plugins and its configuration in one executable file.

import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { contents, root } from "./contents.ts";

const target = join(root, "build", "qpsmtpd");
const folder = join(root, "build", "binary");

/** The module that Bun begins with: tells the program what it has inside, and starts it. */
function entry(names: readonly string[]): string {
  return [
    'import { carry } from "../../src/platform/program_files.ts";',
    ...names.map((name, index) => `import file${index} from "../../${name}" with { type: "file" };`),
    "carry(new Map([",
    ...names.map((name, index) => `  [${JSON.stringify(name)}, file${index}],`),
    "]));",
    'await import("../../src/main.ts");',
    "",
  ].join("\n");
}

/** No file of the folder it is started in may change what it does. */
const flags = ["--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"];

/** The exit code of Bun. */
function build(): number {
  mkdirSync(folder, { recursive: true });
  const main = join(folder, "main.ts");
  writeFileSync(main, entry(contents()));
  const args = ["build", "--compile", ...flags, main, "--outfile", target];
  const bun = spawnSync(join(root, "node_modules", ".bin", "bun"), args, { cwd: root, encoding: "utf8" });
  if (bun.status !== 0) {
    console.error(bun.error?.message ?? `${bun.stdout}${bun.stderr}`);
    return 1;
  }
  console.log(`build/qpsmtpd: ${Math.round(statSync(target).size / 1e6)} MB`);
  return 0;
}

process.exitCode = build();
