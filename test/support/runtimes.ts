// How the daemon is started on each runtime, as the README tells a user to.

import { fileURLToPath } from "node:url";

export const projectRoot: string = fileURLToPath(new URL("../..", import.meta.url));

export interface Runtime {
  readonly name: "Node" | "Deno" | "Bun";
  /** The command before the daemon's own arguments; run in `projectRoot`. */
  readonly command: readonly [program: string, ...args: string[]];
}

const bin = `${projectRoot}node_modules/.bin`;

export const runtimes: readonly Runtime[] = [
  // As `npm start` and `qpsmtpd` do.
  { name: "Node", command: [`${bin}/node`, "--max-semi-space-size=16", "src/main.ts"] },
  { name: "Deno", command: [`${bin}/deno`, "task", "--quiet", "start"] },
  { name: "Bun", command: [`${bin}/bun`, "src/main.ts"] },
];
