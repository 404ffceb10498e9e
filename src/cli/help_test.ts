import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommandLine } from "./arguments.ts";
import { help } from "./help.ts";
import { variables } from "./variables.ts";

test("help names every flag with its environment variable on one line", () => {
  for (const [flag, variable] of Object.entries(variables)) {
    assert.match(help, new RegExp(`^ {2}--${flag} [A-Z:]+ +${variable} `, "m"));
  }
});

test("every flag and command that help names is known", () => {
  const flags = help.match(/(?<=[ (])--[a-z-]+/g) ?? [];
  for (const flag of flags) {
    const line = parseCommandLine([flag, "127.0.0.1:25"], {});
    assert.ok(line.kind !== "usage" || !line.problem.startsWith("unknown flag"), flag);
  }
  const commands = [...help.matchAll(/^ {2}((?:plugins? |sessions )?[a-z]+)(?: |$)/gm)].map(([, command]) => command);
  assert.deepEqual(commands, [
    "serve",
    "check",
    "hooks",
    "health",
    "explain",
    "plugin build",
    "plugin inspect",
    "plugin keygen",
    "plugin sign",
    "password",
    "token",
    "migrate",
    "init",
    "top",
    "tail",
    "reload",
    "plugins",
    "plugins deploy",
    "plugins rollback",
    "plugins enable",
    "plugins disable",
    "sessions",
    "sessions end",
  ]);
});

test("help fits a terminal", () => {
  for (const line of help.split("\n")) assert.ok(line.length <= 120, line);
});
