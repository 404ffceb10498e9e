import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseCommandLine } from "./arguments.ts";
import type { Chosen } from "./find_config.ts";
import { help } from "./help.ts";
import { runCommand } from "./run.ts";
import type { Terminal } from "./terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const aPipe: Terminal = {
  interactive: false,
  colours: false,
  size: () => ({ columns: 80, rows: 24 }),
  write: () => Promise.resolve(true),
  over: new AbortController().signal,
  watch: () => () => {},
};

interface Ran {
  readonly code: number;
  readonly printed: readonly string[];
  readonly complained: readonly string[];
  readonly served: readonly Chosen[];
}

async function run(...argv: readonly string[]): Promise<Ran> {
  const [printed, complained, served]: [string[], string[], Chosen[]] = [[], [], []];
  const code = await runCommand(parseCommandLine(argv, {}), {
    print: (line) => void printed.push(line),
    complain: (line) => void complained.push(line),
    serve: (chosen) => Promise.resolve(served.push(chosen) + 6),
    readPassword: () => Promise.resolve({ kind: "password", text: "pencil" }),
    terminal: () => aPipe,
  });
  return { code, printed, complained, served };
}

const manifest = `{ "name": "probe", "version": "1.2.3", "description": "For tests.", "licence": "MIT",
  "lists": ["names"], "settings": { "max": { "type": "integer", "description": "Any.", "default": 3 } } }`;
const plugin = `export default { rcpt() { return { verdict: "pass" }; }, quit() { return { verdict: "pass" }; } };`;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** One plugin of two hooks, built once. */
async function built(): Promise<string> {
  const wasm = join(folder, "probe.wasm");
  if (existsSync(wasm)) return wasm;
  file("plugin.json", manifest);
  const ran = await run("plugin", "build", file("plugin.ts", plugin), "-o", wasm);
  assert.deepEqual(ran.complained, []);
  assert.match(ran.printed.join("\n"), /probe\.wasm: probe 1\.2\.3, \d+ octets, hooks rcpt, quit$/);
  assert.equal(ran.code, 0);
  return wasm;
}

test("serve gets the chosen configuration, and its exit code is the program's", async () => {
  const ran = await run("--config", "x.toml");
  assert.deepEqual(ran, { code: 7, printed: [], complained: [], served: [{ path: "x.toml", overrides: {} }] });
});

test("a wrong command line is one line and exit code 2", async () => {
  const complained = [`qpsmtpd: unknown command "chek", did you mean "check"? (try qpsmtpd --help)`];
  assert.deepEqual(await run("chek"), { code: 2, printed: [], complained, served: [] });
});

test("--help and --version print and do nothing else", async () => {
  assert.deepEqual(await run("--help"), { code: 0, printed: [help], complained: [], served: [] });
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.deepEqual(await run("--version"), { code: 0, printed: [version], complained: [], served: [] });
});

test("check and hooks end with 1 and every problem when the configuration is bad", async () => {
  const bad = file("bad.toml", `state = 1\nlog.level = 2`);
  for (const command of ["check", "hooks"]) {
    const ran = await run(command, "--config", bad);
    assert.equal(ran.code, 1);
    assert.deepEqual(ran.printed, []);
    assert.deepEqual(ran.complained, [
      `${bad}: state: expected a path, got 1`,
      `${bad}: log.level: expected "debug", "info", "warn" or "error", got 2`,
    ]);
  }
});

test("check says what a good configuration does, with its warnings, and writes nothing", async () => {
  const good = file("good.toml", `limits.recipients = 50\n[[plugin]]\nname = "probe"\nfile = "${await built()}"`);
  const before = readdirSync(folder);
  const ran = await run("check", "--config", good, "--listen", "[::1]:0", "--state", join(folder, "state"));
  assert.deepEqual(ran.printed, [
    `${good}: good; listens on [::1]:0; mail goes to the Maildir ${folder}/state/maildir`,
    "plugins: probe",
    "  probe: cpu 50 ms, wall 10000 ms, memory 32 MiB",
  ]);
  assert.deepEqual(ran.complained, [`warning: ${good}: limits.recipients: RFC 5321 §4.5.3.1.8 wants at least 100`]);
  assert.equal(ran.code, 0);
  assert.deepEqual(readdirSync(folder), before);
});

test("check ends with 1 when a plugin does not load", async () => {
  const ran = await run("check", "--config", file("missing.toml", `[[plugin]]\nname = "gone"`));
  assert.equal(ran.code, 1);
  assert.match(ran.complained.join("\n"), /plugin\.1 \(gone\): no file gone\.wasm in /);
});

test("hooks prints every hook with its plugins in order", async () => {
  const wasm = await built();
  const given = [["late", "order = 1"], ["b", ""], ["early", "order = -1"], ["a", ""]] as const;
  const tables = given.map(([label, order]) => {
    return `[[plugin]]\nname = "probe"\nlabel = "${label}"\nfile = "${wasm}"\n${order}`;
  });
  const ran = await run("hooks", "--config", file("two.toml", tables.join("\n")));
  assert.equal(ran.code, 0);
  assert.equal(ran.printed.length, 17);
  assert.deepEqual(ran.printed.filter((line) => !line.endsWith(" -")), [
    "rcpt                  early, b, a, late",
    "quit                  early, b, a, late",
  ]);
});

test("plugin build puts the file beside the source unless told otherwise", async () => {
  await built();
  assert.equal((await run("plugin", "build", join(folder, "plugin.ts"))).code, 0);
  assert.ok(existsSync(join(folder, "plugin.wasm")));
  assert.ok(!existsSync(join(folder, "plugin.wasm.tmp")));
});

test("plugin build ends with 1 and the reasons, and writes nothing", async () => {
  const ran = await run("plugin", "build", join(folder, "gone", "plugin.ts"));
  assert.equal(ran.code, 1);
  assert.match(ran.complained.join("\n"), /gone\/plugin\.json: there is no such file/);
  await built();
  const unwritable = await run("plugin", "build", join(folder, "plugin.ts"), "-o", "/dev/null/x.wasm");
  assert.equal(unwritable.code, 1);
  assert.match(unwritable.complained.join("\n"), /^\/dev\/null\/x\.wasm: cannot be written: E[A-Z]+; choose another/);
});

test("plugin inspect prints manifest, digest, size, imports and exports", async () => {
  const ran = await run("plugin", "inspect", await built());
  assert.equal(ran.code, 0);
  const lines = ran.printed.map((line) => line.replace(/ {2,}/, " "));
  assert.match(lines.join("\n"), /^size \d+ octets\nsha256 [0-9a-f]{64}$/m);
  for (
    const expected of [
      "plugin probe 1.2.3, contract 1, licence MIT",
      " For tests.",
      "hooks rcpt, quit",
      "when always",
      "on error defer",
      "needs nothing",
      "lists names",
      "settings max: integer, default 3. Any.",
      " function qpsmtpd.event_read",
      " function rcpt",
    ]
  ) assert.ok(lines.includes(expected), expected);
});

const foreign: readonly (readonly [name: string, octets: readonly number[], complaint: RegExp])[] = [
  ["text.wasm", [0x68, 0x69], /text\.wasm: is no WebAssembly module$/],
  ["empty.wasm", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], /empty\.wasm: has no manifest: it is no plugin of qpsmtpd$/],
  ["cut.wasm", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 99], /cut\.wasm: is no valid WebAssembly module: /],
];

/** A module that imports `\u001b[2J`.`x` of type () -> (), and 60 exports of one memory. */
const hostile = [
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[2, 10, 1, 4, 0x1b, 0x5b, 0x32, 0x4a, 1, 0x78, 0, 0],
  ...[5, 3, 1, 0, 1],
  ...[7, 60 * 5 + 1, 60].flatMap((value, index) => index === 1 ? [(value & 0x7f) | 0x80, value >> 7] : [value]),
  ...Array.from({ length: 60 }, (_, i) => [2, 0x61 + i % 26, 0x61 + Math.floor(i / 26), 2, 0]).flat(),
];

test("plugin inspect prints the names in a stranger's file escaped and not at length", async () => {
  const path = join(folder, "hostile.wasm");
  writeFileSync(path, Uint8Array.from(hostile));
  const ran = await run("plugin", "inspect", path);
  assert.equal(ran.printed.find((line) => line.startsWith("imports")), "imports   function \\u{1b}[2J.x");
  assert.equal(ran.printed.at(-1)?.trim(), "and 10 more");
});

test("password prints the line of the password that was read", async () => {
  const ran = await run("password", "a@b");
  assert.deepEqual([ran.code, ran.complained], [0, []]);
  assert.match(ran.printed.join("\n"), /^a@b:SCRAM-SHA-256\$/);
});

test("plugin inspect ends with 1 for a file that is no plugin", async () => {
  for (const [name, octets, complaint] of foreign) {
    const path = join(folder, name);
    writeFileSync(path, Uint8Array.from(octets));
    const ran = await run("plugin", "inspect", path);
    assert.equal(ran.code, 1, name);
    assert.match(ran.complained.join("\n"), complaint);
  }
  const gone = await run("plugin", "inspect", join(folder, "gone.wasm"));
  assert.deepEqual(gone, { code: 1, printed: [], complained: [`${folder}/gone.wasm: no such file`], served: [] });
});
