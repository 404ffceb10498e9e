// Edits of the envelope.

import assert from "node:assert/strict";
import test from "node:test";
import type { Edit } from "../../sdk/contract/verdict.ts";
import { mailbox } from "../../test/support/spooled.ts";
import { editEnvelope } from "./edit_envelope.ts";

const [a, b] = [mailbox("a@x.test"), mailbox("b@x.test")];

const rows: readonly (readonly [title: string, edit: Edit, reversePath: unknown, forwardPaths: unknown])[] = [
  ["a recipient is added", { edit: "addRecipient", forwardPath: b }, a, [a, b]],
  ["a recipient is never there twice", { edit: "addRecipient", forwardPath: mailbox("a@X.TEST") }, a, [a]],
  ["local parts differ by case", { edit: "addRecipient", forwardPath: mailbox("A@x.test") }, a, [
    a,
    mailbox("A@x.test"),
  ]],
  ["the last recipient can go", { edit: "removeRecipient", forwardPath: mailbox("a@X.test") }, a, []],
  ["an unknown recipient cannot", { edit: "removeRecipient", forwardPath: b }, a, [a]],
  ["the reverse-path becomes null", { edit: "changeReversePath", reversePath: null }, null, [a]],
  ["header edits are not for the envelope", { edit: "removeHeader", name: "A" }, a, [a]],
];

for (const [title, edit, reversePath, forwardPaths] of rows) {
  test(title, () => {
    const parameters = { SIZE: "10" };
    const envelope = editEnvelope({ reversePath: a, forwardPaths: [a], parameters }, [edit]);
    assert.deepEqual(envelope, { reversePath, forwardPaths, parameters });
  });
}
