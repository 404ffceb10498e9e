// The command line as a user meets it: every mistake is one clear line, never a stack trace.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startDaemon } from "../support/daemon_process.ts";
import { type Ran, run } from "../support/programs.ts";
import { projectRoot, type Runtime, runtimes } from "../support/runtimes.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-cli-"));

before(() => {
  mkdirSync(join(folder, "config"));
  symlinkSync(join(projectRoot, "build"), join(folder, "build"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function qpsmtpd(runtime: Runtime, ...args: string[]): Promise<Ran> {
  const [program, ...before] = runtime.command;
  return run(program, [...before, ...args], { cwd: projectRoot });
}

function configured(toml: string): string {
  const file = join(folder, "config", "qpsmtpd.toml");
  writeFileSync(file, toml);
  return file;
}

function isClear({ stdout, stderr }: Ran): void {
  for (const line of `${stdout}${stderr}`.split("\n")) {
    assert.doesNotMatch(line, /^\s+at |node:internal|\.ts:\d+:\d+|Error:/, "a stack trace");
  }
}

/** What is wrong in the file, and what the one line about it must hold. */
const mistakes: readonly [string, string, RegExp][] = [
  ["an unknown key", "[limits]\nmesage_size = '1MB'", /qpsmtpd\.toml: limits\.mesage_size: .*message_size/],
  ["a wrong type", "listen = 25", /qpsmtpd\.toml: listen: /],
  ["a value that is no size", "[limits]\nmessage_size = 'lots'", /limits\.message_size: expected .*25MB.*got "lots"/],
  ["no TOML at all", "listen = [", /qpsmtpd\.toml: .*line 1/],
  ["a plugin that is not there", "[[plugin]]\nname = 'rcpt_okay'", /plugin\.1.*rcpt_okay\.wasm.*rcpt_ok/],
  [
    "a plugin's setting",
    "[[plugin]]\nname='helo'\ngrant=['event','verdict','edit','dns','score']\nsettings={policy='lax'}",
    /plugin\.1.*settings\.policy.*lenient.*"lax"/,
  ],
];

for (const runtime of runtimes) {
  describe(`command line on ${runtime.name}`, () => {
    for (const [title, toml, expected] of mistakes) {
      test(`${title}: check and serve say where, and exit 1`, async () => {
        const config = configured(toml);
        for (const command of ["check", "serve"]) {
          const ran = await qpsmtpd(runtime, command, "--config", config, "--listen", "127.0.0.1:0");
          assert.equal(ran.code, 1, ran.stdout);
          assert.match(ran.stderr, expected);
          assert.equal(ran.stderr.trimEnd().split("\n").length, 1, ran.stderr);
          isClear(ran);
        }
      });
    }

    test("the shipped configuration is good, and hooks shows who is asked", async () => {
      const checked = await qpsmtpd(runtime, "check");
      assert.equal(checked.code, 0, checked.stderr);
      const hooks = await qpsmtpd(runtime, "hooks");
      assert.match(hooks.stdout, /^rcpt +badrcptto, rcpt_ok$/m);
    });

    test("--help and --version", async () => {
      const help = await qpsmtpd(runtime, "--help");
      assert.equal(help.code, 0);
      for (const word of ["serve", "check", "hooks", "plugin build", "plugin inspect", "--config", "QPSMTPD_LISTEN"]) {
        assert.ok(help.stdout.includes(word), word);
      }
      const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string };
      assert.equal((await qpsmtpd(runtime, "--version")).stdout.trim(), version);
    });

    test("a word too many is exit 2 and one line", async () => {
      const ran = await qpsmtpd(runtime, "serv");
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, /^qpsmtpd: unknown command "serv", did you mean "serve"/);
      isClear(ran);
    });

    test("a port in use is one line, and nothing is left running", async () => {
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
      const address = taken.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const state = join(folder, "var");
      const ran = await qpsmtpd(runtime, "serve", "--listen", `127.0.0.1:${port}`, "--state", state);
      taken.close();
      assert.equal(ran.code, 1);
      assert.match(ran.stderr, new RegExp(`listen: 127\\.0\\.0\\.1:${port}: the port is in use`));
      isClear(ran);
    });

    test("a plugin is built and inspected", async () => {
      const out = join(folder, `${runtime.name}.wasm`);
      const source = join(projectRoot, "plugins-wasm/rcpt_ok/plugin.ts");
      const built = await build(runtime, source, out);
      assert.equal(built.code, 0, built.stderr);
      const shipped = readFileSync(join(projectRoot, "build/plugins/rcpt_ok.wasm"));
      assert.equal(Buffer.compare(readFileSync(out), shipped), 0, "every runtime builds the same octets");
      const inspected = await qpsmtpd(runtime, "plugin", "inspect", out);
      assert.equal(inspected.code, 0, inspected.stderr);
      for (const word of ["rcpt_ok", "1.0.0", "MIT", "rcpthosts"]) assert.ok(inspected.stdout.includes(word), word);
    });

    test("a file that is no plugin is said to be none", async () => {
      const file = join(folder, "not.wasm");
      writeFileSync(file, "hello");
      const ran = await qpsmtpd(runtime, "plugin", "inspect", file);
      assert.equal(ran.code, 1);
      isClear(ran);
    });
  });
}

/** The compiler starts a process of its own, which the daemon is not allowed to: on Deno it is a task apart. */
function build(runtime: Runtime, source: string, out: string): Promise<Ran> {
  if (runtime.name !== "Deno") return qpsmtpd(runtime, "plugin", "build", source, "-o", out);
  const [program] = runtime.command;
  return run(program, ["task", "--quiet", "plugin", "build", source, "-o", out], { cwd: projectRoot });
}

test("npm start on whatever Node there is runs Node 24 or newer", async () => {
  const npm: Runtime = { name: "Node", command: ["npm", "start", "--silent", "--"] };
  const daemon = await startDaemon(npm);
  assert.match(daemon.output(), /qpsmtpd \d+\.\d+\.\d+ on Node (2[4-9]|[3-9]\d)\./);
  assert.equal(await daemon.stop(), 0, daemon.output());
});

test("without JSPI there is one sentence and exit 1", async () => {
  const node = join(projectRoot, "node_modules/.bin/node");
  const without = ["--import", "data:text/javascript,delete WebAssembly.Suspending"];
  for (const program of ["src/main.ts", "bin/qpsmtpd.js"]) {
    const ran = await run(node, [...without, program], { cwd: projectRoot });
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /^qpsmtpd needs WebAssembly promise integration \(JSPI\), which Node .* lacks: [^\n]*\n$/);
    assert.equal(ran.stdout, "");
  }
});

test("what npm install builds is there", () => {
  assert.ok(existsSync(join(projectRoot, "build/plugins/rcpt_ok.wasm")), 'run "npm run build"');
});
