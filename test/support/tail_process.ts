// `qpsmtpd tail` as a process, with what it tells and what it complains of.

import { type ChildProcess, spawn } from "node:child_process";
import { endWithFile } from "./left_over.ts";
import { projectRoot, type Runtime } from "./runtimes.ts";

/** `qpsmtpd tail` that runs until it is told to stop. */
export class Tail {
  readonly #child: ChildProcess;
  readonly exit: Promise<number | null>;
  ended: true | undefined;
  heard = "";
  complained = "";

  constructor({ command: [program, ...before] }: Runtime, args: readonly string[]) {
    this.#child = spawn(program, [...before, "tail", ...args], { cwd: projectRoot, stdio: ["ignore", "pipe", "pipe"] });
    endWithFile(() => void this.#child.kill("SIGKILL"));
    this.#child.stdout?.on("data", (octets: Uint8Array) => void (this.heard += new TextDecoder().decode(octets)));
    this.#child.stderr?.on("data", (octets: Uint8Array) => void (this.complained += new TextDecoder().decode(octets)));
    this.exit = new Promise((resolve) =>
      this.#child.once("exit", (code) => {
        this.ended = true;
        resolve(code);
      })
    );
  }

  closePipe(): void {
    this.#child.stdout?.destroy();
  }

  async interrupt(): Promise<number | null> {
    this.#child.kill("SIGINT");
    return await this.exit;
  }
}
