// Gives up root's rights for good, and makes sure that what is left is enough.

import { constants } from "node:fs";
import { access, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { become, currentRights, type Identity } from "../platform/privileges.ts";
import { type Accounts, type Plan, planDrop, type WantedRights } from "./plan_drop.ts";

/** Lines are for the operator and begin with the key they are about. */
export type Dropped =
  /** Nothing was changed: not started as root, or no user is named. */
  | { readonly kind: "kept"; readonly warnings: readonly string[] }
  | { readonly kind: "dropped"; readonly identity: Identity; readonly warnings: readonly string[] }
  /** The process must end: what rights it has now is not certain. */
  | { readonly kind: "failed"; readonly problem: string };

/** Octets of /etc/passwd and of /etc/group that are read. */
const longestFile = 4_000_000;

/** Names in the state folder that are looked at. */
const mostNames = 1000;

/** What it will come to, without doing it: whether sockets have to be bound first. */
export async function planDropNow(wanted: WantedRights): Promise<Plan> {
  return planDrop(
    wanted,
    currentRights(),
    wanted.user === undefined ? { passwd: "", group: "" } : await readAccounts(),
  );
}

/**
 * To be called when everything is bound that root alone may bind, and before anything is opened that is read or written
 * later: from here on certificates, keys, lists and plugins must be readable by the user, also for every reload.
 */
export async function dropPrivileges(wanted: WantedRights, state: string): Promise<Dropped> {
  const plan = await planDropNow(wanted);
  if (plan.kind === "refuse") return { kind: "failed", problem: plan.problem };
  if (plan.kind === "keep") return { kind: "kept", warnings: plan.warnings };
  const { identity, warnings } = plan;
  const problem = become(identity);
  if (problem !== undefined) return { kind: "failed", problem: `process.user: ${problem}` };
  const unfit = await whyUnfit(state, identity);
  return unfit === undefined ? { kind: "dropped", identity, warnings } : { kind: "failed", problem: unfit };
}

async function readAccounts(): Promise<Accounts> {
  const [passwd, group] = await Promise.all([readBounded("/etc/passwd"), readBounded("/etc/group")]);
  return { passwd, group };
}

/** Empty if it cannot be read: then it names nobody. */
async function readBounded(path: string): Promise<string> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const octets = new Uint8Array(Math.min(size, longestFile));
    const { bytesRead } = await file.read(octets, 0, octets.length, 0);
    return new TextDecoder().decode(octets.subarray(0, bytesRead));
  } catch {
    return "";
  }
}

/** What earlier starts as root have left in the folder belongs to root. */
async function whyUnfit(state: string, { name, uid, gid }: Identity): Promise<string | undefined> {
  const names = await readdir(state).catch((error: NodeJS.ErrnoException) => error.code ?? "");
  if (names === "ENOENT") {
    return `state: there is no folder ${state}: install -d -m 700 -o ${uid} -g ${gid} ${state}`;
  }
  const paths = typeof names === "string"
    ? [state]
    : [state, ...names.slice(0, mostNames).map((each) => join(state, each))];
  for (const path of paths) {
    const writable = await access(path, constants.R_OK | constants.W_OK).then(() => true, () => false);
    if (!writable) return `state: ${path} is not writable for ${name}: chown -R ${uid}:${gid} ${state}`;
  }
  return undefined;
}
