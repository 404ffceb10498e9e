// A root directory of a test's own for programs that test/interop/install.sh unpacked: their users, their paths, no network names.

import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Started, startListening } from "./mail_server.ts";
import { type Ran, run } from "./programs.ts";
import { projectRoot } from "./runtimes.ts";

const unpacked = join(projectRoot, "build/interop/root");

/** Users of the private root, by the names that the programs have compiled in; mailboxes are users too. */
const users = { "Debian-exim": 64_001, opensmtpd: 64_002, opensmtpq: 64_003, author: 64_010, reader: 64_011 } as const;

export interface PrivateRoot {
  /** The folder that the program believes to be `/`. */
  readonly folder: string;
  /** Writes a file, root's own, and the folders above it. */
  write(path: string, text: string): void;
  /** Gives a path to the user; made as a folder if it is not there. */
  own(path: string, user: keyof typeof users, mode?: number): void;
  run(program: string, args: readonly string[], input?: string): Promise<Ran>;
  /** Starts a program that stays in the foreground; returns when it listens. */
  start(program: string, args: readonly string[], port: number, log?: () => string): Promise<Started>;
  remove(): void;
}

/** For `test(..., { skip })`: why these programs cannot run here, or false. In CI nothing is skipped. */
export function lackingRoot(): string | false {
  if (process.env["CI"] === "true") return false;
  if (process.getuid?.() !== 0) return "needs root, for chroot";
  return existsSync(unpacked) ? false : "needs Exim and OpenSMTPD: test/interop/install.sh";
}

export async function makePrivateRoot(): Promise<PrivateRoot> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-root-"));
  cpSync(unpacked, folder, { recursive: true });
  chmodSync(folder, 0o755);
  const inside = (path: string): string => join(folder, path);
  const root: PrivateRoot = {
    folder,
    write: (path, text) => {
      mkdirSync(dirname(inside(path)), { recursive: true });
      writeFileSync(inside(path), text);
    },
    own: (path, user, mode = 0o755) => {
      if (!existsSync(inside(path))) mkdirSync(inside(path), { recursive: true });
      chownSync(inside(path), users[user], users[user]);
      chmodSync(inside(path), mode);
    },
    run: (program, args, input) => run("chroot", [folder, program, ...args], input === undefined ? {} : { input }),
    start: (program, args, port, log) => startListening("chroot", [folder, program, ...args], port, log),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }),
  };
  const entries = Object.entries(users);
  const passwd = entries.map(([name, id]) => `${name}:x:${id}:${id}::/var/mail/${name}:/bin/sh\n`).join("");
  root.write("/etc/passwd", `root:x:0:0::/:/bin/sh\n${passwd}nobody:x:65534:65534::/:/bin/sh\n`);
  root.write("/etc/group", `root:x:0:\nmail:x:8:\n${entries.map(([name, id]) => `${name}:x:${id}:\n`).join("")}`);
  root.write("/etc/hosts", "127.0.0.1 localhost\n");
  // Where devices may not be made, an empty file will do: nobody reads it.
  await run("sh", ["-c", 'mknod -m 666 "$0" c 1 3 || install -m 666 /dev/null "$0"', inside("/dev/null")]);
  return root;
}
