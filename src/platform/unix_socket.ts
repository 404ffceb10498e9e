// Files of Unix sockets: a stale one is removed, a new one is opened to its group.

import { chmod, chown, lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";

/** Octets of a path that the system's address of a Unix socket holds. */
export const longestSocketPath = 107;

/** Milliseconds in which a living program accepts on this machine. */
const patience = 1000;

/** Removes the file if it is a socket on which nobody answers; otherwise says what is in the way. */
export async function clearStaleSocket(path: string): Promise<string | undefined> {
  try {
    const found = await lstat(path);
    if (!found.isSocket()) return "there is a file that is no socket: remove it, or choose another path";
    if (await answers(path)) return "the path is in use: stop the other program, or choose another path";
    await unlink(path);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Another program that starts now may have removed it too: then listening tells who came first.
    return code === "ENOENT" ? undefined : message;
  }
}

/** Who may connect: the owner and the group. `owner` is given the file, too. What went wrong, or undefined. */
export async function openToGroup(
  path: string,
  owner?: { readonly uid: number; readonly gid: number },
): Promise<string | undefined> {
  try {
    await chmod(path, 0o660);
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Only a refusal means that nobody listens: a full queue, or silence, may be a busy program. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (living: boolean): void => {
      socket.destroy();
      resolve(living);
    };
    socket.setTimeout(patience, () => settle(true));
    socket.on("connect", () => settle(true));
    socket.on("error", (error: NodeJS.ErrnoException) => settle(error.code !== "ECONNREFUSED"));
  });
}
