// Composition root: arguments in, exit code out. The only file that touches the process it runs in.

import process from "node:process";
import { parseCommandLine } from "./cli/arguments.ts";
import { readPassword } from "./cli/read_password.ts";
import { runCommand } from "./cli/run.ts";
import { openTerminal } from "./cli/terminal.ts";
import { answer } from "./control/ask.ts";
import { LineWriter } from "./log/line_writer.ts";
import { withoutJspi } from "./platform/jspi.ts";
import { programArguments } from "./platform/program_arguments.ts";
import { type Answering, openWorkerLink, type WorkerLink } from "./processes/worker_link.ts";
import { serve } from "./daemon/serve.ts";
import { type PrimarySurroundings, servePrimary } from "./daemon/serve_primary.ts";
import { startAdmin } from "./daemon/start_admin.ts";
import type { Surroundings } from "./daemon/surroundings.ts";

const output = new LineWriter(process.stdout);
const complaints = new LineWriter(process.stderr);

/** Milliseconds in which a repeated signal is the same one: a terminal and a task runner both pass Ctrl-C on. */
const echo = 1000;

/** Resolves at the first SIGTERM or SIGINT; a later one ends the process at once. */
function stopSignal(): Promise<void> {
  let first = Infinity;
  return new Promise((resolve) => {
    const stop = (): void => {
      if (performance.now() > first + echo) process.exit(1);
      first = Math.min(first, performance.now());
      resolve();
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

/** What serving needs of a process that stands for itself. */
function alone(): Surroundings {
  const around: Surroundings = {
    print: (line) => output.write(line),
    complain: (line) => complaints.write(line),
    alert: (line) => complaints.write(line),
    started: (lines) => lines.forEach((line) => output.write(line)),
    stopSignal,
    onReloadSignal: (reload) => void process.on("SIGHUP", () => void reload()),
    startControl: (control, config, log) => startAdmin(control, config, log, around),
  };
  return around;
}

/** The same of a worker: its log is its own, the rest goes through the primary. */
function asWorker(link: WorkerLink): Surroundings {
  return {
    print: (line) => output.write(line),
    complain: (line) => link.complain(line),
    alert: (line) => complaints.write(line),
    started: (lines) => link.listening(lines),
    stopSignal: () => link.stopSignal(),
    retireSignal: () => link.retireSignal(),
    onReloadSignal: (reload) => link.onReloadSignal(reload),
    startControl: (control) => {
      const answering: Answering = {
        answer: (question, about) => answer(control, question, about),
        happenings: (signal) => control.happenings(signal),
      };
      return Promise.resolve(link.answerWith(answering));
    },
    worker: { pid: process.pid },
  };
}

/** What watching over workers needs. */
function asPrimary(): PrimarySurroundings {
  return {
    print: (line) => output.write(line),
    complain: (line) => complaints.write(line),
    stopSignal,
    onReloadSignal: (reload) => void process.on("SIGHUP", reload),
    onRestartSignal: (restart) => void process.on("SIGUSR2", restart),
  };
}

async function main(link: WorkerLink | undefined): Promise<number> {
  const lacking = withoutJspi();
  if (lacking !== undefined) {
    complaints.write(lacking);
    return 1;
  }
  const around = link === undefined ? alone() : asWorker(link);
  return await runCommand(parseCommandLine(programArguments(process.argv), process.env), {
    ...around,
    serve: async (chosen) => {
      const code = link === undefined ? await servePrimary(chosen, asPrimary()) : undefined;
      return code ?? await serve(chosen, around);
    },
    terminal: () => openTerminal(process.stdin, process.stdout, process.env),
    readPassword: () => readPassword(process.stdin, (text) => void process.stderr.write(text)),
  });
}

const link = openWorkerLink();
process.exitCode = await main(link);
await link?.close();
output.flush();
complaints.flush();
