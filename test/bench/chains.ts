// The chains of plugins that are measured, as configurations of the real daemon which keeps nothing and logs little.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { projectRoot } from "../support/runtimes.ts";
import { watPlugin } from "../support/wat_plugin.ts";

export interface Chain {
  readonly title: string;
  readonly toml: string;
  readonly lists: { readonly [name: string]: string };
}

/** Three plugins on each of these: at one message a connection 15 calls a message, at many a connection nine. */
const hooks = ["connect", "ehlo", "mail", "rcpt", "data_post"] as const;
const each = 3;
const needs = ["client", "hello", "reverse_path", "recipients", "headers", "size"].map((scope) => `event:${scope}`);

/** Without lists that are empty no plugin of the shipped chain is left out. */
const lists = { rcpthosts: "localhost\n", badmailfrom: "@spam.example\n", badrcptto: "nobody@localhost\n" };

/** Files go into `folder`; `dns` is the port of a name server on this machine. */
export async function chains(folder: string, dns: number): Promise<readonly Chain[]> {
  mkdirSync(folder, { recursive: true });
  const bare = withoutPlugins(dns);
  // Somebody has to take the recipient: the price of this one call is in every row.
  const taking = entry(
    folder,
    "taking",
    watPlugin(answering("rcpt", '{"verdict":"accept"}'), {
      name: "taking",
      hooks: ["rcpt"],
      needs: ["verdict:accept@rcpt"],
    }),
    ["verdict:accept@rcpt"],
  );
  const compiled = places().map(({ name, hook }) => {
    const wat = answering(hook, '{"verdict":"pass"}');
    return entry(folder, name, watPlugin(wat, { name, hooks: [hook], needs }), needs);
  });
  const typescript = await typescriptEntries(folder);
  return [
    { title: "none but who accepts", toml: bare + taking, lists },
    { title: "15 trivial, compiled", toml: [bare, ...compiled, taking].join(""), lists },
    { title: "15 trivial, TypeScript", toml: [bare, ...typescript, taking].join(""), lists },
    { title: '15 in TypeScript, "keep"', toml: [bare, ...typescript.map(kept), taking].join(""), lists },
    shippedChain(dns),
  ];
}

/** The configuration as it is shipped, with something in every list, and a name server that knows no name. */
export function shippedChain(dns: number): Chain {
  const toml = replaced.reduce((text, [before, after]) => text.replace(before, after), shipped());
  return { title: "as shipped", toml: toml.replace("\n# servers = []\n", `\nservers = ["127.0.0.1:${dns}"]\n`), lists };
}

const replaced = [
  ['backend = "maildir"', 'backend = "discard"'],
  ['# level = "info"', 'level = "error"'],
  ['# message_size = "25MB"', 'message_size = "50MB"'],
] as const;

function shipped(): string {
  return readFileSync(join(projectRoot, "config/qpsmtpd.toml"), "utf8");
}

/** Nobody looks on: what the API costs a session is in the row of the shipped configuration. */
function withoutPlugins(dns: number): string {
  const { toml } = shippedChain(dns);
  const unseen = toml.replace('\n# listen = "127.0.0.1:2580"', '\nlisten = "off"');
  if (unseen === toml) throw new Error("the shipped configuration has no admin.listen to switch off");
  return unseen.slice(0, unseen.indexOf("\n[plugins]"));
}

function places(): readonly { readonly name: string; readonly hook: string }[] {
  return hooks.flatMap((hook) => Array.from({ length: each }, (_, index) => ({ name: `${hook}_${index}`, hook })));
}

/** As every plugin does, it reads its event; then it gives the same answer always. */
function answering(hook: string, answer: string): string {
  return `(module
    (import "qpsmtpd" "event_length" (func $length (result i32)))
    (import "qpsmtpd" "event_read" (func $read (param i32)))
    (import "qpsmtpd" "answer_write" (func $write (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "${answer.replaceAll('"', '\\"')}")
    (func (export "${hook}") (result i32)
      (if (i32.gt_u (call $length) (i32.const 60000)) (then (return (i32.const 1))))
      (call $read (i32.const 1024))
      (call $write (i32.const 0) (i32.const ${answer.length}))
      (i32.const 0)))`;
}

/** 15 files, though they do the same: as with real plugins none shares its memory with another. */
async function typescriptEntries(folder: string): Promise<readonly string[]> {
  const entries: string[] = [];
  for (const { name, hook } of places()) {
    const source = join(folder, `${name}.ts`);
    const manifest = join(folder, `${name}.json`);
    const code =
      `export default definePlugin({ ${hook}: ({ session }) => { if (session.id !== "") return pass(); } });`;
    writeFileSync(source, `import { definePlugin, pass } from "#sdk";\n${code}\n`);
    writeFileSync(
      manifest,
      JSON.stringify({ name, version: "1.0.0", description: "Is measured", licence: "MIT", needs }),
    );
    const built = await buildPlugin({ source, manifest });
    if (built.kind === "failed") throw new Error(built.problems.join("\n"));
    entries.push(entry(folder, `${name}_ts`, built.wasm, needs, name));
  }
  await stopBuilding();
  return entries;
}

function entry(folder: string, file: string, wasm: Uint8Array, grant: readonly string[], name = file): string {
  const path = join(folder, `${file}.wasm`);
  writeFileSync(path, wasm);
  return `\n[[plugin]]\nname = "${name}"\nfile = "${path}"\ngrant = ${JSON.stringify(grant)}\n`;
}

function kept(entry: string): string {
  return `${entry}state = "keep"\n`;
}
