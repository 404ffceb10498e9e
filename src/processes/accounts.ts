// Users and groups as /etc/passwd and /etc/group have them. Pure.

export interface User {
  readonly name: string;
  readonly uid: number;
  /** His first group. */
  readonly gid: number;
}

/** Groups of one user that are kept, as many as the kernel takes. */
const mostGroups = 65_536;

/** passwd(5): `name:password:uid:gid:gecos:home:shell`. */
export function findUser(passwd: string, name: string): User | undefined {
  for (const [found, , uid = "", gid = ""] of entries(passwd)) {
    const user = { name, uid: number(uid), gid: number(gid) };
    if (found === name && user.uid >= 0 && user.gid >= 0) return user;
  }
  return undefined;
}

/** group(5): `name:password:gid:member,member`. The number of the group. */
export function findGroup(group: string, name: string): number | undefined {
  for (const [found, , gid = ""] of entries(group)) {
    if (found === name && number(gid) >= 0) return number(gid);
  }
  return undefined;
}

/** The numbers of the groups that name the user as a member. */
export function groupsOf(group: string, user: string): readonly number[] {
  const gids = entries(group).flatMap(([, , gid = "", members = ""]) => {
    return number(gid) >= 0 && members.split(",").includes(user) ? [number(gid)] : [];
  });
  return [...new Set(gids)].slice(0, mostGroups);
}

function entries(text: string): readonly (readonly string[])[] {
  // Lines with + and - come from NIS, and stand for users of other machines.
  return text.split("\n").filter((line) => /^[^#+\-:]/.test(line)).map((line) => line.trimEnd().split(":"));
}

/** -1 for what is no number of a user: 2^32-1 means "leave as it is" to the kernel. */
function number(text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  return value < 2 ** 32 - 1 ? value : -1;
}
