// Runs what the command line asks for.

import type { CommandLine } from "./arguments.ts";
import { check } from "./check.ts";
import { chooseConfig, type Chosen } from "./find_config.ts";
import { help } from "./help.ts";
import { hooks } from "./hooks.ts";
import type { Output } from "./output.ts";
import { password } from "./password.ts";
import { pluginInspect } from "./plugin_inspect.ts";
import type { PasswordRead } from "./read_password.ts";
import { version } from "./version.ts";

/** What a command needs of the outside. */
export interface Surroundings extends Output {
  /** Serves until it is told to stop; resolves to the exit code. */
  serve(chosen: Chosen): Promise<number>;
  /** From whoever started the program. */
  readPassword(): Promise<PasswordRead>;
}

/** Exit code: 0 all is well, 1 it is not, 2 the command line is wrong. */
export async function runCommand(line: CommandLine, around: Surroundings): Promise<number> {
  switch (line.kind) {
    case "serve":
      return await around.serve(chooseConfig(line));
    case "check":
      return await check(chooseConfig(line), around);
    case "hooks":
      return await hooks(chooseConfig(line), around);
    case "plugin build": {
      // The compiler is loaded for this alone: the server starts without it, and on Deno without its permissions.
      const { pluginBuild } = await import("./plugin_build.ts");
      return await pluginBuild(line.source, line.out, around);
    }
    case "plugin inspect":
      return await pluginInspect(line.file, around);
    case "password":
      return await password(line.user, around.readPassword, around);
    case "help":
      around.print(help);
      return 0;
    case "version":
      around.print(version());
      return 0;
    case "usage":
      around.complain(`qpsmtpd: ${line.problem} (try qpsmtpd --help)`);
      return 2;
  }
}
