// Finds out which function of replies.ts every reply came from: while it is loaded, each of them is wrapped.

import * as modules from "node:module";
import type { Reply } from "../../src/smtp/reply.ts";

const url = new URL("../../src/smtp/replies.ts", import.meta.url).href;
const original: { readonly [name: string]: unknown } = await import(`${url}?original`);
const origin: unique symbol = Symbol("the function of replies.ts");
const byLines = new WeakMap<readonly string[], string>();

/** The names of all functions of replies.ts. */
export const replyFunctions: readonly string[] = Object.keys(original).filter((name) => {
  return typeof original[name] === "function";
});

/** Can this runtime tell where a reply came from? Bun cannot load a module in the place of another. */
export const knowsOrigins: boolean = typeof modules.registerHooks === "function";

/** Must come before anything that imports replies.ts is imported. */
export function traceReplies(): void {
  if (!knowsOrigins) return;
  const exported = replyFunctions.map((name) => `export const ${name} = traced(${JSON.stringify(name)});`).join("\n");
  const source = `import { traced } from ${JSON.stringify(import.meta.url)};\n${exported}\n`;
  modules.registerHooks({
    load: (asked, context, next) => {
      return asked === url ? { format: "module", source, shortCircuit: true } : next(asked, context);
    },
  });
}

/** The function of that name, whose replies remember it: also when they are copied, or their lines are. */
export function traced(name: string): (...given: readonly unknown[]) => Reply {
  const make = original[name] as (...given: readonly unknown[]) => Reply;
  return (...given) => {
    const reply = make(...given);
    byLines.set(reply.lines, name);
    return Object.assign(reply, { [origin]: name });
  };
}

/** The function that made the reply; undefined if all of it but its usual code and status is a plugin's. */
export function originOf(reply: Reply & { readonly [origin]?: string }): string | undefined {
  return reply[origin] ?? byLines.get(reply.lines);
}
