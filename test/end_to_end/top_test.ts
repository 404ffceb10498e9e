// `qpsmtpd top` as a process, with a terminal and without, on every runtime, at a daemon of the same runtime.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { type Ran, run } from "../support/programs.ts";
import { projectRoot } from "../support/runtimes.ts";
import {
  flagsOf,
  isHarmless,
  refusedSession,
  runCommand,
  startForTerminal,
  type TerminalServer,
} from "../support/terminal.ts";

for (const runtime of directRuntimes) {
  describe(`top on ${runtime.name}`, () => {
    let served: Promise<TerminalServer> | undefined;
    const server = (): Promise<TerminalServer> => served ??= startForTerminal(runtime);
    after(async () => void await (await served)?.daemon.stop());

    test("top prints once where nobody looks", async () => {
      const { id, end } = await refusedSession(await server());
      const ran = await runCommand(runtime, ["top", ...flagsOf(await server())]);
      end();
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stdout, new RegExp(`^qpsmtpd \\S+ at mx\\.test, ${runtime.name} [^]*\nPLUGIN [^]*\nrcpt_ok `));
      assert.match(ran.stdout, new RegExp(`\n${id} `));
      isHarmless(ran.stdout);
    });

    test("top in a terminal of 80x24 is redrawn, fits another size, and q gives the terminal back", async () => {
      const steps = "await q quits\nawait rcpt_ok\nsize 12 40\nawait \u001b[J\nawait \u001b[J\nawait q quits\ntype q\n";
      const ran = await inTerminal(steps, ["top", ...flagsOf(await server())]);
      assert.equal(ran.code, 0, ran.stderr);
      const frames = ran.stdout.split("\u001b[H").slice(1);
      assert.ok(frames.length >= 4, `${frames.length} frames`);
      // Deno clears the line of its own progress before.
      assert.ok(ran.stdout.split("\u001b[H")[0]?.endsWith("\u001b[?1049h\u001b[?25l"));
      assert.ok(ran.stdout.endsWith("\u001b[?25h\u001b[?1049l"), JSON.stringify(ran.stdout.slice(-50)));
      assert.ok(frames[0]?.includes("\u001b[1mqpsmtpd"), "in colours");
      fits(frames[0] ?? "", 80, 24);
      fits(frames.at(-1) ?? "", 40, 12);
    });

    test("top in a terminal ends with Ctrl-C, too, and has no colours where none are wanted", async () => {
      const ran = await inTerminal("await q quits\ntype \u0003\n", ["top", ...flagsOf(await server())], "NO_COLOR=1");
      assert.equal(ran.code, 0, ran.stderr);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(ran.stdout, /\u001b\[\d+m/);
    });

    const inTerminal = (steps: string, args: readonly string[], variable = "TERM=xterm"): Promise<Ran> => {
      const script = "test/support/pseudo_terminal.py";
      const [program, ...before] = runtime.command;
      const command = ["/usr/bin/env", variable, program, ...before, ...args];
      return run("python3", [script, "24", "80", ...command], { cwd: projectRoot, input: steps });
    };
  });
}

function fits(frame: string, columns: number, rows: number): void {
  // deno-lint-ignore no-control-regex
  const lines = frame.replace(/\u001b\[[?\d;]*[a-zA-Z]/g, "").split(/\r+\n/);
  assert.ok(lines.length <= rows, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= columns, line);
  assert.match(lines.at(-1) ?? "", /^q quits/);
}
