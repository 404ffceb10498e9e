// Runs before the plugin's own code: the globals that QuickJS lacks or has otherwise.

import { formatValues, logLine } from "./log_line.ts";
import { random } from "./random.ts";

Math.random = random;

// It would show a clock that stands still.
delete (globalThis as { performance?: unknown }).performance;

globalThis.console = {
  debug: (...values: readonly unknown[]): void => logLine("debug", formatValues(values)),
  log: (...values: readonly unknown[]): void => logLine("info", formatValues(values)),
  info: (...values: readonly unknown[]): void => logLine("info", formatValues(values)),
  warn: (...values: readonly unknown[]): void => logLine("warn", formatValues(values)),
  error: (...values: readonly unknown[]): void => logLine("error", formatValues(values)),
} as Console;
