// Commands for programs that refuse to run as root.

import { getuid } from "node:process";

/** Debian's user without rights. */
export const nobody = { uid: 65_534, gid: 65_534 } as const;

/** The command as it is, or as nobody where we are root. */
export function asNobody(program: string, args: readonly string[]): readonly [string, ...string[]] {
  if (getuid?.() !== 0) return [program, ...args];
  const ids = [`--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, "--clear-groups"];
  return ["setpriv", ...ids, program, ...args];
}
