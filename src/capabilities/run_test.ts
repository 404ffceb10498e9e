// The capability `run` with real programs: what they are given, what is kept of them, and that none outlives its call.

import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { callWith, outcomeOf } from "../../test/support/capability_calls.ts";
import { eventually } from "../../test/support/eventually.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { RunCapability } from "./run.ts";

const folder = temporaryFolder();
const scripts = {
  echo: 'cat <&3; printf " %s" "$@"; cat',
  environment: "env | grep -v ^PWD= | grep -v ^DENO_EXTRA; pwd; echo oops >&2; exit 7",
  much: "head -c 100000 /dev/zero; head -c 100000 /dev/zero >&2",
  killed: "kill -9 $$",
  deaf: "exit 3",
  slow: `echo $$ > ${folder}/slow.pid; sleep 60 & echo $! >> ${folder}/slow.pid; sleep 60`,
  parent: `sleep 60 & echo $! > ${folder}/parent.pid; exit 0`,
};
type Script = keyof typeof scripts;

before(() => {
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
});

const run = new RunCapability();

interface Options {
  readonly scopes?: readonly string[];
  readonly signal?: AbortSignal;
}

async function ran(name: Script, request: object = {}, { scopes, signal }: Options = {}): Promise<unknown> {
  const program = join(folder, name);
  const call = callWith(scopes ?? [program], signal === undefined ? {} : { signal });
  const value = outcomeOf(await run.fulfil({ program, ...request }, call));
  if (typeof value !== "object" || value === null) return value;
  const { output = "", errors = "", ...rest } = value as { readonly output?: string; readonly errors?: string };
  return { ...rest, output: decoded(output), errors: decoded(errors) };
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}

test("arguments, input and file descriptor 3 reach it as they are", async () => {
  const request = {
    arguments: ["$HOME; echo", "a b"],
    input: { text: "ü" },
    descriptor3: { base64: Buffer.from("u\0p\0").toString("base64") },
  };
  assert.deepEqual(await ran("echo", request), { status: 0, output: "u\0p\0 $HOME; echo a b\xc3\xbc", errors: "" });
});

test("its environment is empty, its folder is the root, and its status is told", async () => {
  assert.deepEqual(await ran("environment"), { status: 7, output: "/\n", errors: "oops\n" });
});

test("of what it writes the beginning is kept", async () => {
  const { output, errors } = await ran("much") as { output: string; errors: string };
  assert.deepEqual([output.length, errors.length], [65_536, 4096]);
});

test("a signal that ends it is told", async () => {
  assert.deepEqual(await ran("killed"), { signal: "SIGKILL", output: "", errors: "" });
});

test("it need not read what it is given", async () => {
  const octets = { text: "x".repeat(65_536) };
  assert.deepEqual(await ran("deaf", { input: octets, descriptor3: octets }), { status: 3, output: "", errors: "" });
});

test("at the end of its time it is killed with all that it started", async () => {
  assert.equal(await ran("slow", { timeout: 2000 }), "timeout");
  assert.equal(startedBy("slow").length, 2);
  await gone("slow");
});

test("at the end of the call it is killed with all that it started", async () => {
  const call = new AbortController();
  rmSync(join(folder, "slow.pid"));
  const running = ran("slow", {}, { signal: call.signal });
  await eventually(() => "slow does not start", () => startedBy("slow").length === 2 || undefined);
  call.abort();
  assert.equal(await running, "aborted");
  await gone("slow");
});

test("what it leaves behind is killed, and not waited for", async () => {
  const from = performance.now();
  assert.deepEqual(await ran("parent"), { status: 0, output: "", errors: "" });
  // It sleeps for 60 s.
  assert.ok(performance.now() - from < 30_000);
  await gone("parent");
});

async function gone(name: Script): Promise<void> {
  await eventually(() => `${name} still runs`, () => isGone(name) ? true : undefined);
}

/** Itself and what it started, as it wrote them down. */
function startedBy(name: Script): readonly string[] {
  const path = join(folder, `${name}.pid`);
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

/** A zombie that nobody has buried counts as gone. */
function isGone(name: Script): boolean {
  return startedBy(name).every((pid) => {
    try {
      return /^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    } catch {
      return true;
    }
  });
}

test("sixteen run at once, a hundred wait, and one more is refused", async () => {
  const call = new AbortController();
  const crowd = Array.from({ length: 116 }, () => ran("slow", {}, { signal: call.signal }));
  assert.equal(await ran("deaf"), "busy");
  call.abort();
  assert.deepEqual(new Set(await Promise.all(crowd)), new Set(["aborted"]));
  assert.deepEqual(await ran("deaf"), { status: 3, output: "", errors: "" });
});

const refusals: readonly (readonly [title: string, request: object, options: Options, code: string])[] = [
  ["another program than the granted one", {}, { scopes: ["/bin/true"] }, "notGranted"],
  ["no absolute path", { program: "sh" }, { scopes: ["*"] }, "badRequest"],
  ["a path that climbs", { program: "/bin/../bin/sh" }, { scopes: ["*"] }, "badRequest"],
  ["a program that is not there", { program: "/nonexistent/x" }, { scopes: ["/nonexistent/x"] }, "missing"],
  ["a NUL in an argument", { arguments: ["a\0b"] }, {}, "badRequest"],
  ["too many arguments", { arguments: Array(21).fill("a") }, {}, "badRequest"],
  ["too much input", { input: { text: "ü".repeat(40_000) } }, {}, "badRequest"],
  ["an environment", { environment: { LD_PRELOAD: "/x" } }, {}, "badRequest"],
];

for (const [title, request, options, code] of refusals) {
  test(`refused: ${title}`, async () => assert.equal(await ran("deaf", request, options), code));
}

test("no refusal repeats what was to be given", async () => {
  const call = callWith(["/bin/true"]);
  for (const secret of [{ text: 5, hunter2: "hunter2" }, "hunter2"]) {
    const refusal = await run.fulfil({ program: "/bin/true", descriptor3: secret }, call);
    assert.doesNotMatch(JSON.stringify(refusal), /hunter2/);
  }
});

test("a grant must name a program that is there", async () => {
  assert.deepEqual(await run.prepare([join(folder, "deaf")]), []);
  assert.deepEqual(await run.prepare(["*"]), ['"run" must name the program: "run:/bin/checkpassword"']);
  assert.deepEqual(await run.prepare(["/nonexistent/x", "/tmp"]), [
    "/nonexistent/x cannot be run (ENOENT)",
    "/tmp is no program",
  ]);
});
