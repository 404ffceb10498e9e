// The rights of this process: whose they are, and how they are given up for good.

import process from "node:process";

/** A user of the system with the groups he is in. */
export interface Identity {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** All groups, `gid` among them. */
  readonly groups: readonly number[];
}

/** What this process is now. */
export interface Rights {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** Deno cannot: whoever is in groups there keeps them. */
  readonly canSetGroups: boolean;
}

/** Windows has no such thing: there nobody is root. Not the effective ids: Deno asks for one more permission for them. */
export function currentRights(): Rights {
  return {
    uid: process.getuid?.() ?? -1,
    gid: process.getgid?.() ?? -1,
    groups: process.getgroups?.() ?? [],
    canSetGroups: typeof process.setgroups === "function",
  };
}

/** Every thread of the process becomes this user, with no way back. The problem; after one the process must end. */
export function become({ name, uid, gid, groups }: Identity): string | undefined {
  try {
    // Groups first: a user who is not root must not change them.
    process.setgroups?.([...groups]);
    process.setgid?.(gid);
    process.setuid?.(uid);
  } catch (error) {
    return `cannot become ${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
  const rights = currentRights();
  const isUser = rights.uid === uid && rights.gid === gid && process.geteuid?.() === uid && process.getegid?.() === gid;
  if (!isUser) return `cannot become ${name}: the system says yes, but it is not so`;
  const way = waysBack.find((regain) => succeeds(regain));
  return way === undefined
    ? undefined
    : `became ${name}, but could be root again: do not start it with kept capabilities`;
}

const waysBack: readonly (() => void)[] = [
  () => neverMissing(process.setuid)(0),
  () => neverMissing(process.seteuid)(0),
  () => neverMissing(process.setgid)(0),
  () => neverMissing(process.setegid)(0),
  () => neverMissing(process.setgroups)([0]),
];

/** What a runtime does not have cannot be used to come back. */
function neverMissing<Call>(call: Call | undefined): Call {
  if (call === undefined) throw new Error("missing");
  return call;
}

function succeeds(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
