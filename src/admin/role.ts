// What the holder of a token may do. Each role may do all that those before it may.

/** `read` looks; `operate` reloads, ends sessions, rolls back, switches, changes policies; `deploy` brings code in. */
export const roles = ["read", "operate", "deploy"] as const;
export type Role = (typeof roles)[number];

export function covers(held: Role, needed: Role): boolean {
  return roles.indexOf(held) >= roles.indexOf(needed);
}

export function isRole(text: string): text is Role {
  return roles.some((role) => role === text);
}
