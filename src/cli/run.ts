// Runs what the command line asks for.

import type { CommandLine } from "./arguments.ts";
import { check } from "./check.ts";
import { explain } from "./explain.ts";
import { chooseConfig, type Chosen } from "./find_config.ts";
import { init } from "./init.ts";
import { health } from "./health.ts";
import { help } from "./help.ts";
import { hooks } from "./hooks.ts";
import { packaging } from "../platform/program_files.ts";
import type { Output } from "./output.ts";
import { password } from "./password.ts";
import { pluginInspect } from "./plugin_inspect.ts";
import { plugins } from "./plugins.ts";
import { pluginKeygen, pluginSign } from "./plugin_sign.ts";
import type { PasswordRead } from "./read_password.ts";
import { reload } from "./reload.ts";
import { sessions } from "./sessions.ts";
import { tail } from "./tail.ts";
import type { Terminal } from "./terminal.ts";
import { token } from "./token.ts";
import { top } from "./top.ts";
import { version } from "./version.ts";

/** What a command needs of the outside. */
export interface Surroundings extends Output {
  /** Serves until it is told to stop; resolves to the exit code. */
  serve(chosen: Chosen): Promise<number>;
  /** From whoever started the program. */
  readPassword(): Promise<PasswordRead>;
  /** For the commands that need one: it takes the signals of the process. */
  terminal(): Terminal;
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
    case "health":
      return await health(chooseConfig(line), around);
    case "explain":
      return await explain(line, line.code, around);
    case "top":
      return await top(line, line.once, around, around.terminal());
    case "tail":
      return await tail(line, line.wanted, around, around.terminal());
    case "reload":
      return await reload(line, around);
    case "plugins":
      return await plugins(line, line.action, around, around.terminal());
    case "sessions":
      return await sessions(line, line.action, around, around.terminal());
    case "token":
      return await token(chooseConfig(line), line, around);
    case "plugin build": {
      // The compiler is loaded for this alone: the server starts without it, and on Deno without its permissions.
      if (packaging() === "executable") return withoutCompiler(around);
      const { pluginBuild } = await import("./plugin_build.ts");
      return await pluginBuild(line.source, line.out, around);
    }
    case "plugin inspect":
      return await pluginInspect(line.file, around);
    case "plugin keygen":
      return pluginKeygen(line.file, around);
    case "plugin sign":
      return pluginSign(line.file, line.key, line.out, around);
    case "password":
      return await password(line.user, around.readPassword, around);
    case "migrate": {
      const { migrate } = await import("./migrate.ts");
      return await migrate(line.from, line.to ?? "qpsmtpd-config", around);
    }
    case "init":
      return init(line.folder, line.state, around);
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

/** esbuild is a program of its own, and the sources of the SDK are files: neither is in the one file. */
function withoutCompiler({ complain }: Output): number {
  complain(
    "plugin build: the compiler is not in this executable: install the npm package, and use its qpsmtpd instead",
  );
  return 1;
}
