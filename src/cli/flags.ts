// Every flag there is, and what a command may have.

export const options = {
  config: { type: "string" },
  listen: { type: "string", multiple: true },
  state: { type: "string" },
  admin: { type: "string" },
  role: { type: "string" },
  out: { type: "string", short: "o" },
  key: { type: "string" },
  to: { type: "string" },
  json: { type: "boolean" },
  ip: { type: "string" },
  from: { type: "string" },
  rcpt: { type: "string" },
  plugin: { type: "string" },
  refused: { type: "boolean" },
  once: { type: "boolean" },
  "token-file": { type: "string" },
  "dry-run": { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

export type Flag = keyof typeof options;

export interface Command {
  readonly flags: readonly Flag[];
  /** How its operands are called in messages; without them the command takes none. */
  readonly operands?: readonly string[];
  /** The operand may be left out. */
  readonly optional?: true;
}
