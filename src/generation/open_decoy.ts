// The secret by which users who do not exist look like users: the same in every process and after every start.

import { randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Decoy } from "../sasl/decoy.ts";

const octets = 32;

export type DecoyOpened =
  | { readonly kind: "decoy"; readonly decoy: Decoy }
  | { readonly kind: "failed"; readonly message: string };

/** Kept in `<state>/auth-decoy`, mode 0600; whichever process comes first makes it. */
export async function openDecoy(state: string): Promise<DecoyOpened> {
  const path = join(state, "auth-decoy");
  try {
    await mkdir(state, { recursive: true });
    await create(path);
    const secret = await readFile(path);
    if (secret.length === octets) return { kind: "decoy", decoy: new Decoy(secret) };
    return { kind: "failed", message: `${path}: it has ${secret.length} octets, not ${octets}: remove it` };
  } catch (error) {
    return { kind: "failed", message: `${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** One write of 32 octets is whole or not there. */
async function create(path: string): Promise<void> {
  try {
    await using file = await open(path, "wx", 0o600);
    await file.write(randomBytes(octets));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
