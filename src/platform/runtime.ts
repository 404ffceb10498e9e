// Names the runtime that really runs us.

import { versions } from "node:process";

export interface Runtime {
  readonly name: "Node" | "Deno" | "Bun";
  readonly version: string;
}

/** Deno and Bun also claim to be a Node, so they are asked first. */
export function runtime(): Runtime {
  if (versions["deno"] !== undefined) return { name: "Deno", version: versions["deno"] };
  if (versions["bun"] !== undefined) return { name: "Bun", version: versions["bun"] };
  return { name: "Node", version: versions.node };
}
