// `qpsmtpd top`: the running server at a glance, anew each second; once where nobody looks.

import { setTimeout as pause } from "node:timers/promises";
import type { ApiDoor, ApiProblem } from "./api_door.ts";
import type { ApiSelection } from "./api_arguments.ts";
import type { Output } from "./output.ts";
import { painter } from "./paint.ts";
import { safeJson } from "./safe_json.ts";
import { findDoor, tellProblem } from "./told.ts";
import type { Terminal } from "./terminal.ts";
import { topLines } from "./top_lines.ts";
import { ratesOf, type Sample, takeSample } from "./top_sample.ts";

/** Milliseconds. */
const period = 1000;

/** Lines and cells where there is no terminal. */
const unbounded = { columns: 1000, rows: 1000 };

/** Exit code 0 when the user has seen enough, 1 if there is nothing to be seen. */
export async function top(selection: ApiSelection, once: boolean, output: Output, terminal: Terminal): Promise<number> {
  const door = await findDoor("top", selection, output);
  if (door === undefined) return 1;
  const first = await takeSample(door, 0);
  if (first.kind === "problem") {
    tellProblem("top", first, selection.json, output);
    return 1;
  }
  if (!once && !selection.json && terminal.interactive) return await watch(door, first, terminal);
  await pause(period, undefined, { signal: terminal.over }).catch(() => {});
  const second = await takeSample(door, 1, first);
  const [before, now] = second.kind === "sample" ? [first, second] : [undefined, first];
  if (selection.json) {
    const { status, sessions } = now;
    output.print(safeJson({ status, rates: ratesOf(before, now), sessions }));
  } else {
    const size = terminal.interactive ? { ...terminal.size(), rows: unbounded.rows } : unbounded;
    for (const line of topLines(before, now, size, painter(terminal.colours))) output.print(line);
  }
  return 0;
}

/** The other screen, without a cursor; everything is as before when it is left. */
const screen = { enter: "\u001b[?1049h\u001b[?25l", leave: "\u001b[?25h\u001b[?1049l" } as const;

async function watch(door: ApiDoor, first: Sample, terminal: Terminal): Promise<number> {
  const enough = new AbortController();
  const over = AbortSignal.any([enough.signal, terminal.over]);
  const shown: Shown = { now: first };
  const leave = terminal.watch(
    // In raw mode Ctrl-C and Ctrl-D are keys.
    (key) => void ("qQ\u0003\u0004".includes(key) && enough.abort()),
    () => void draw(shown, terminal),
  );
  await terminal.write(screen.enter);
  try {
    await draw(shown, terminal);
    for (let count = 1; !over.aborted; count++) {
      await pause(period, undefined, { signal: over }).catch(() => {});
      if (over.aborted) break;
      const sample = await Promise.race([takeSample(door, count, shown.now), aborted(over)]);
      if (sample === undefined) break;
      take(shown, sample);
      await draw(shown, terminal);
    }
  } finally {
    await terminal.write(screen.leave);
    leave();
  }
  return 0;
}

interface Shown {
  before?: Sample;
  now: Sample;
  problem?: ApiProblem | undefined;
}

/** A server that is gone for a while stays on the screen as it was. */
function take(shown: Shown, sample: Sample | ApiProblem): void {
  shown.problem = sample.kind === "problem" ? sample : undefined;
  if (sample.kind === "problem") return;
  shown.before = shown.now;
  shown.now = sample;
}

async function draw({ before, now, problem }: Shown, terminal: Terminal): Promise<void> {
  const note = problem === undefined ? "q quits" : `${problem.lines[0] ?? ""}; trying again; q quits`;
  const lines = topLines(before, now, terminal.size(), painter(terminal.colours), note);
  await terminal.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join("\r\n")}\u001b[J`);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    if (signal.aborted) resolve(undefined);
  });
}
