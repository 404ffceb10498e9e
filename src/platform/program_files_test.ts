import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { programArguments } from "./program_arguments.ts";
import {
  carry,
  packaging,
  programFile,
  programFilesIn,
  programFolder,
  readProgramFile,
  shippedPlugins,
} from "./program_files.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-carried-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("in a checkout the files are those of the checkout", () => {
  const root = resolve(import.meta.dirname, "../..");
  assert.equal(packaging(), "checkout");
  assert.equal(programFile("config/qpsmtpd.toml"), join(root, "config/qpsmtpd.toml"));
  assert.equal(programFile("config/nothing"), undefined);
  assert.ok(programFilesIn("config").includes("rcpthosts"));
  assert.deepEqual(programFilesIn("nothing"), []);
  assert.equal(programFolder("config"), join(root, "config"));
  assert.throws(() => readProgramFile("config/nothing"), /config\/nothing is missing in this checkout/);
});

test("in a checkout every word behind the script is an argument", () => {
  assert.deepEqual(programArguments(["node", "src/main.ts", "src/main.ts"]), ["src/main.ts"]);
});

test("in an executable they are what it carries, and no folder is real", () => {
  writeFileSync(join(folder, "a1b2"), "localhost\n");
  carry(new Map([["config/rcpthosts", join(folder, "a1b2")], ["config/deep/x", "/x"], ["configuration", "/y"]]));
  assert.equal(packaging(), "executable");
  assert.deepEqual(programFilesIn("config"), ["rcpthosts"]);
  assert.equal(new TextDecoder().decode(readProgramFile("config/rcpthosts")), "localhost\n");
  assert.equal(programFile("config/qpsmtpd.toml"), undefined);
  assert.equal(programFolder("config"), undefined);
  assert.deepEqual(programFilesIn(shippedPlugins), []);
});

test("in an executable the name that a worker is given once more is no argument", () => {
  const script = "/$bunfs/root/qpsmtpd";
  assert.deepEqual(programArguments(["bun", script, "check"]), ["check"]);
  assert.deepEqual(programArguments(["bun", script, script, "--config", "x"]), ["--config", "x"]);
  assert.deepEqual(programArguments(["bun", script]), []);
});
