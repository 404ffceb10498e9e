// Lets in whom a program with the interface of checkpassword knows: name and password on its file descriptor 3.

import { definePlugin } from "#sdk";
import type { Answer, AuthEvent, Given, Host, Plugin } from "#sdk";
import { type Claimed, type Judged, judgePassword } from "../shared/judge_password.ts";

interface Setup {
  readonly program: string;
  readonly arguments: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
}

/** Programs of this interface read no more. */
const mostOctets = 512;

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const { checkpw, timeout } = given.settings;
    const program = String(checkpw);
    if (!/^\/[^\0]+$/.test(program)) given.problem("settings.checkpw", "must be an absolute path");
    return { program, arguments: argumentsOf(given), timeout: Number(timeout) * 1000 };
  },

  auth(event, setup, host): Answer {
    return judgePassword(event, host, (claimed) => judge(claimed, event, setup, host));
  },
});

export default plugin;

function argumentsOf(given: Given): readonly string[] {
  const list = given.settings["true"];
  const words = Array.isArray(list) ? list.map(String) : [];
  if (words.length > 20) given.problem("settings.true", "has more than 20 words");
  if (words.some((word) => word.length > 1024 || word.includes("\0"))) {
    given.problem("settings.true", "has a word of more than 1,024 characters, or with a NUL");
  }
  return words;
}

function judge({ name, password }: Claimed, { time }: AuthEvent, setup: Setup, host: Host): Judged {
  const descriptor3 = new TextEncoder().encode(`${name}\0${password}\0Y${Math.floor(time / 1000)}\0`);
  if (descriptor3.length > mostOctets) return "wrong";
  const { status, signal } = host.run.program({ ...setup, descriptor3 });
  if (status === 0) return "right";
  // It does not tell whether there is such a user: that may be another plugin's.
  if (status === 1) return "unknown";
  // 111 is trouble that passes, 2 and 100 are mistakes in how it was called.
  host.log("error", `${setup.program} ended with ${status ?? signal ?? "nothing"}: neither right (0) nor wrong (1)`);
  return "unavailable";
}
