// Lines of /etc/passwd and /etc/group.

import assert from "node:assert/strict";
import { test } from "node:test";
import { findGroup, findUser, groupsOf } from "./accounts.ts";

const passwd = `# users
root:x:0:0:root:/root:/bin/bash
mail:x:8:12:mail:/var/mail:/usr/sbin/nologin
+nis::5:5:::
bad:x:-1:8::/:/bin/false
wide:x:4294967295:8::/:/bin/false
broken
mail:x:0:0:a second entry:/root:/bin/bash
windows:x:30:30:::\r
`;

const group = `root:x:0:
mail:x:12:
certs:x:111:other,mail
spool:x:112:mail,other
mailers:x:113:mailx
bad:x:many:mail
certs:x:111:mail
`;

const users: readonly (readonly [name: string, found: object | undefined])[] = [
  ["root", { name: "root", uid: 0, gid: 0 }],
  ["mail", { name: "mail", uid: 8, gid: 12 }],
  ["windows", { name: "windows", uid: 30, gid: 30 }],
  ["+nis", undefined],
  ["nis", undefined],
  ["bad", undefined],
  ["wide", undefined],
  ["broken", undefined],
  ["nobody", undefined],
  ["", undefined],
];

for (const [name, found] of users) {
  test(`user ${JSON.stringify(name)}`, () => assert.deepEqual(findUser(passwd, name), found));
}

const groups: readonly (readonly [name: string, gid: number | undefined])[] = [
  ["certs", 111],
  ["bad", undefined],
  ["none", undefined],
];

for (const [name, gid] of groups) test(`group ${name}`, () => assert.equal(findGroup(group, name), gid));

test("the groups of a user are those that name him whole, each once", () => {
  assert.deepEqual(groupsOf(group, "mail"), [111, 112]);
});
