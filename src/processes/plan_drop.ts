// Whose rights the daemon is to run with, and whether it may begin so. Pure.

import type { Identity, Rights } from "../platform/privileges.ts";
import { findGroup, findUser, groupsOf, type User } from "./accounts.ts";

/** `[process]` of the configuration. */
export interface WantedRights {
  readonly user?: string;
  readonly group?: string;
}

/** The texts of /etc/passwd and /etc/group. */
export interface Accounts {
  readonly passwd: string;
  readonly group: string;
}

/** Lines begin with the key of the configuration that they are about. */
export type Plan =
  | { readonly kind: "keep"; readonly warnings: readonly string[] }
  | { readonly kind: "drop"; readonly identity: Identity; readonly warnings: readonly string[] }
  | { readonly kind: "refuse"; readonly problem: string };

const rootWarning = "process.user: this runs as root: name a user whose rights are enough, and it gives up all others";

export function planDrop(wanted: WantedRights, now: Rights, accounts: Accounts): Plan {
  const { user: name } = wanted;
  if (name === undefined) {
    if (wanted.group !== undefined) return refuse("process.group: needs process.user");
    return { kind: "keep", warnings: now.uid === 0 ? [rootWarning] : [] };
  }
  const user = findUser(accounts.passwd, name);
  if (user === undefined) return refuse(`process.user: there is no user ${name} in /etc/passwd`);
  const gid = wanted.group === undefined ? user.gid : findGroup(accounts.group, wanted.group);
  if (gid === undefined) return refuse(`process.group: there is no group ${wanted.group} in /etc/group`);
  if (user.uid === 0 || gid === 0) return refuse(`process.user: ${name} has the rights of root: name another`);
  if (now.uid !== 0) return alreadyDropped({ ...user, gid }, now);
  return drop({ ...user, gid }, now, accounts);
}

/** A worker of a primary that has dropped its rights is that user from its birth. */
function alreadyDropped({ name, uid, gid }: User, now: Rights): Plan {
  if (now.uid === uid && now.gid === gid) return { kind: "keep", warnings: [] };
  return refuse(`process.user: only root can become ${name}: start it as root, or as ${name}, or without this key`);
}

function drop(user: User, now: Rights, { group }: Accounts): Plan {
  const others = groupsOf(group, user.name).filter((gid) => gid !== user.gid);
  const identity = { ...user, groups: [user.gid, ...others] };
  if (now.canSetGroups) return { kind: "drop", identity, warnings: [] };
  if (now.groups.length > 0) {
    return refuse(
      `process.user: this runtime cannot leave root's groups (${now.groups.slice(0, 10).join(", ")}): start it by ` +
        `setpriv --clear-groups, or as ${user.name} by systemd's User=, or on Node or Bun`,
    );
  }
  const warnings = others.length === 0
    ? []
    : [`process.user: this runtime cannot enter the groups of ${user.name} besides ${user.gid}: ${others.join(", ")}`];
  return { kind: "drop", identity: { ...identity, groups: [user.gid] }, warnings };
}

function refuse(problem: string): Plan {
  return { kind: "refuse", problem };
}
