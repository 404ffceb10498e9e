// From plugin.ts to one script that QuickJS can run, with the guest's own files around it.

import * as esbuild from "esbuild";
import { dirname, extname, join, relative, sep } from "node:path";
import type { HostCapability } from "../../contract/manifest.ts";
import { lineTable } from "./line_table.ts";

export type Bundle =
  | { readonly kind: "bundled"; readonly script: string; readonly inputs: readonly string[] }
  | { readonly kind: "failed"; readonly problems: readonly string[] };

const sdk = join(import.meta.dirname, "..");
const guest = join(sdk, "guest");

/** ".js" where this file was compiled, for then the guest's were too. */
const suffix = extname(import.meta.filename);

/** Globals that QuickJS lacks, by the file that has them: taken in only where a plugin names one. */
const polyfills = ["text_encoder", "text_decoder", "url", "url_search_params", "structured_clone"];

/** `inputs` are the absolute paths of all files that went in. Of the host's capabilities only those named are in it. */
export async function bundlePlugin(source: string, capabilities: readonly HostCapability[]): Promise<Bundle> {
  try {
    const result = await esbuild.build({
      stdin: { contents: entry(source, capabilities), resolveDir: dirname(source), sourcefile: "qpsmtpd-entry.js" },
      absWorkingDir: dirname(source),
      outfile: join(dirname(source), "plugin.js"),
      ...options,
    });
    const written = new Map(result.outputFiles.map((file) => [file.path.endsWith(".map"), file.text]));
    const table = lineTable(written.get(true) ?? "");
    return {
      kind: "bundled",
      script: (written.get(false) ?? "").replace('"qpsmtpd line table"', () => JSON.stringify(table)),
      inputs: Object.keys(result.metafile.inputs).filter(isFile).map((input) => join(dirname(source), input)).sort(),
    };
  } catch (error) {
    return { kind: "failed", problems: problemsOf(error, dirname(source)) };
  }
}

const options = {
  bundle: true,
  write: false,
  metafile: true,
  sourcemap: "external",
  sourcesContent: false,
  format: "iife",
  platform: "neutral",
  target: "es2024",
  mainFields: ["module", "main"],
  conditions: ["import", "module"],
  legalComments: "none",
  treeShaking: true,
  logLevel: "silent",
  tsconfigRaw: { compilerOptions: { target: "esnext", verbatimModuleSyntax: true } },
  // What many packages from npm ask for; there is no `process` in a plugin.
  define: { "process.env.NODE_ENV": '"production"' },
  alias: {
    "#sdk": join(sdk, `sdk${suffix}`),
    "qpsmtpd/sdk": join(sdk, `sdk${suffix}`),
  },
  inject: polyfills.map((file) => join(guest, `${file}${suffix}`)),
} satisfies esbuild.BuildOptions;

function entry(source: string, capabilities: readonly HostCapability[]): string {
  return [
    `import ${JSON.stringify(join(guest, `prelude${suffix}`))};`,
    `import plugin from ${JSON.stringify(source)};`,
    `import { start } from ${JSON.stringify(join(guest, `start${suffix}`))};`,
    ...capabilities.map((name) => {
      return `import { ${name}Of } from ${JSON.stringify(join(sdk, "host", `${name}${suffix}`))};`;
    }),
    `start(plugin, { ${capabilities.map((name) => `${name}: ${name}Of`).join(", ")} });`,
  ].join("\n");
}

function isFile(input: string): boolean {
  return input !== "<stdin>" && input !== "qpsmtpd-entry.js" && !input.startsWith("(");
}

function problemsOf(error: unknown, folder: string): string[] {
  const messages = (error as Partial<esbuild.BuildFailure>).errors;
  if (messages === undefined) return [String(error)];
  return messages.map(({ text, location }) => {
    if (location === null || location.file === "qpsmtpd-entry.js") return text;
    const file = relative(".", join(folder, location.file)).split(sep).join("/");
    return `${file}:${location.line}:${location.column + 1}: ${text}`;
  });
}
