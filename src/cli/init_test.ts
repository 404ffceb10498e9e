import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadConfig } from "../config/load.ts";
import { programFilesIn, readProgramFile } from "../platform/program_files.ts";
import { init } from "./init.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-init-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function make(target: string, state?: string): { readonly code: number; readonly complained: readonly string[] } {
  const complained: string[] = [];
  const code = init(target, state, { print: () => {}, complain: (line) => void complained.push(line) });
  return { code, complained };
}

test("init makes the shipped configuration with all its lists, and leaves nothing else", () => {
  const target = join(folder, "deep", "config");
  assert.deepEqual(make(target), { code: 0, complained: [] });
  assert.deepEqual(readdirSync(target).sort(), [...programFilesIn("config")]);
  assert.deepEqual(readFileSync(join(target, "qpsmtpd.toml")), readProgramFile("config/qpsmtpd.toml"));
  assert.deepEqual(readdirSync(join(folder, "deep")), ["config"]);
});

test("with --state the new configuration says where everything is written", async () => {
  const target = join(folder, "stateful");
  assert.equal(make(target, join(folder, 'state $& "x"')).code, 0);
  const loaded = await loadConfig(join(target, "qpsmtpd.toml"));
  assert.equal(loaded.kind === "config" && loaded.config.state, join(folder, 'state $& "x"'));
});

test("the list of passwords is not for everybody, the rest may be read by the user that serves", () => {
  const target = join(folder, "modes");
  const before = process.umask(0o022);
  make(target);
  process.umask(before);
  assert.equal(statSync(join(target, "flat_auth_pw")).mode & 0o777, 0o640);
  assert.equal(statSync(join(target, "rcpthosts")).mode & 0o777, 0o644);
  assert.equal(statSync(target).mode & 0o777, 0o755);
});

test("an empty folder is filled, one with a file in it stays as it is, and so does a file", () => {
  mkdirSync(join(folder, "empty"));
  assert.equal(make(join(folder, "empty")).code, 0);
  const taken = join(folder, "taken");
  mkdirSync(taken);
  writeFileSync(join(taken, "rcpthosts"), "example.org\n");
  for (const target of [taken, join(taken, "rcpthosts")]) {
    const made = make(target);
    assert.equal(made.code, 1);
    assert.match(
      made.complained.join("\n"),
      /^init: .*taken.*: is there already, and nothing is overwritten: name another folder$/,
    );
  }
  assert.deepEqual(readdirSync(taken), ["rcpthosts"]);
});

test("a place that cannot be written is one line", () => {
  const made = make(join(folder, "taken", "rcpthosts", "config"));
  assert.equal(made.code, 1);
  assert.match(made.complained.join("\n"), /^init: .*: cannot be written: E[A-Z]+$/);
});
