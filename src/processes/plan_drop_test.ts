// Whose rights are kept, given up, or missing.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rights } from "../platform/privileges.ts";
import { type Plan, planDrop, type WantedRights } from "./plan_drop.ts";

const accounts = {
  passwd: "root:x:0:0::/:\nmail:x:8:12::/:\ntoor:x:0:12::/:\n",
  group: "root:x:0:\nmail:x:12:mail\ncerts:x:111:mail\n",
};

const root: Rights = { uid: 0, gid: 0, groups: [0, 4], canSetGroups: true };
const mail: Rights = { uid: 8, gid: 12, groups: [12], canSetGroups: true };
const denoRoot: Rights = { uid: 0, gid: 0, groups: [], canSetGroups: false };

const asMail = { name: "mail", uid: 8, gid: 12 };

const rows: readonly (readonly [title: string, wanted: WantedRights, now: Rights, plan: Partial<Plan> | RegExp])[] = [
  ["nobody in particular", {}, mail, { kind: "keep", warnings: [] }],
  ["root", {}, root, {
    kind: "keep",
    warnings: ["process.user: this runs as root: name a user whose rights are enough, and it gives up all others"],
  }],
  ["root becomes a user with his groups", { user: "mail" }, root, {
    kind: "drop",
    identity: { ...asMail, groups: [12, 111] },
    warnings: [],
  }],
  ["root becomes a user with another group", { user: "mail", group: "certs" }, root, {
    kind: "drop",
    identity: { ...asMail, gid: 111, groups: [111, 12] },
    warnings: [],
  }],
  ["the user himself", { user: "mail" }, mail, { kind: "keep", warnings: [] }],
  ["the user with another group", { user: "mail", group: "certs" }, mail, /only root can become mail/],
  ["another user", { user: "mail" }, { ...mail, uid: 9 }, /only root can become mail: start it as root, or as mail/],
  ["a group without a user", { group: "mail" }, root, /^process\.group: needs process\.user$/],
  ["an unknown user", { user: "male" }, root, /^process\.user: there is no user male in \/etc\/passwd$/],
  ["an unknown group", { user: "mail", group: "male" }, root, /^process\.group: there is no group male in/],
  ["root as user", { user: "root" }, root, /^process\.user: root has the rights of root: name another$/],
  ["root by another name", { user: "toor" }, root, /toor has the rights of root/],
  ["root's group", { user: "mail", group: "root" }, root, /mail has the rights of root/],
  ["Deno without groups", { user: "mail" }, denoRoot, {
    kind: "drop",
    identity: { ...asMail, groups: [12] },
    warnings: ["process.user: this runtime cannot enter the groups of mail besides 12: 111"],
  }],
  ["Deno in root's groups", { user: "mail" }, { ...denoRoot, groups: [4, 27] }, /cannot leave root's groups \(4, 27\)/],
];

for (const [title, wanted, now, plan] of rows) {
  test(title, () => {
    const found = planDrop(wanted, now, accounts);
    if (plan instanceof RegExp) assert.match(found.kind === "refuse" ? found.problem : found.kind, plan);
    else assert.deepEqual(found, plan);
  });
}
