// What the host offers to plugins, the same to all of them for the life of the process.

import type { Host } from "./plugins/load.ts";
import { Turns } from "./plugins/turns.ts";

export function openHost(): Host {
  return { capabilities: new Map(), readContent: () => Promise.resolve(undefined), turns: new Turns() };
}
