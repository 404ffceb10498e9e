// Reads the files that asking a database needs: its authorities and the password.

import { open } from "node:fs/promises";
import type { PostgresChoice } from "./choice.ts";

export interface SqlSecrets {
  readonly password?: string;
  readonly authorities?: string;
}

export type SqlSecretsRead =
  | { readonly kind: "secrets"; readonly secrets: SqlSecrets }
  /** Names the key and the file. */
  | { readonly kind: "failed"; readonly message: string };

const mostPassword = 1024;
const mostPem = 1_000_000;

/** Password and authorities of a database, from the files that are named; what is not named is absent. */
export async function readSqlSecrets({ passwordFile, ca }: PostgresChoice): Promise<SqlSecretsRead> {
  let secrets: SqlSecrets = {};
  if (ca !== undefined) {
    const authorities = await read(ca, mostPem);
    if (authorities === undefined) return failed("ca", ca);
    secrets = { authorities };
  }
  if (passwordFile === undefined) return { kind: "secrets", secrets };
  const password = (await read(passwordFile, mostPassword))?.replace(/\r?\n$/, "");
  if (password === undefined || password === "") return failed("password_file", passwordFile);
  return { kind: "secrets", secrets: { ...secrets, password } };
}

async function read(path: string, most: number): Promise<string | undefined> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      return size > most ? undefined : await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

function failed(key: string, path: string): SqlSecretsRead {
  return { kind: "failed", message: `${key}: ${path} cannot be read, is empty, or is too large` };
}
