// Composition root: arguments in, exit code out. The only file that touches the process it runs in.

import process from "node:process";
import { parseCommandLine } from "./cli/arguments.ts";
import { readPassword } from "./cli/read_password.ts";
import { runCommand } from "./cli/run.ts";
import { LineWriter } from "./log/line_writer.ts";
import { withoutJspi } from "./platform/jspi.ts";
import { serve, type Surroundings } from "./serve.ts";

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

/** SIGHUP: read the configuration again. */
function onReloadSignal(reload: () => void): void {
  process.on("SIGHUP", reload);
}

async function main(): Promise<number> {
  const lacking = withoutJspi();
  if (lacking !== undefined) {
    complaints.write(lacking);
    return 1;
  }
  const around: Surroundings = {
    print: (line) => output.write(line),
    complain: (line) => complaints.write(line),
    stopSignal,
    onReloadSignal,
  };
  return await runCommand(parseCommandLine(process.argv.slice(2), process.env), {
    ...around,
    serve: (chosen) => serve(chosen, around),
    readPassword: () => readPassword(process.stdin, (text) => void process.stderr.write(text)),
  });
}

process.exitCode = await main();
output.flush();
complaints.flush();
