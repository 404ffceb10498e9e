// The backend that keeps nothing.

import assert from "node:assert/strict";
import test from "node:test";
import { mailbox, spooledMessage } from "../../test/support/spooled.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openSpool } from "../spool/file_spool.ts";
import { openDiscard } from "./discard.ts";

test("everything is taken and counted, head and rest", async () => {
  const opened = await openSpool(temporaryFolder());
  if (opened.kind !== "spool") throw new Error(opened.message);
  const delivery = openDiscard();
  for (const content of ["A: b\r\n\r\n", "\r\nxyz\r\n"]) {
    const message = await spooledMessage(opened.spool, { content, trace: "T: u\r\n" });
    assert.deepEqual(await delivery.deliver(message), { kind: "taken" });
  }
  assert.deepEqual([delivery.messages, delivery.octets], [2, 6 + 8 + 6 + 7]);
});

test("a client that hears of each recipient does", async () => {
  const opened = await openSpool(temporaryFolder());
  if (opened.kind !== "spool") throw new Error(opened.message);
  const forwardPaths = [mailbox("b@server.test"), mailbox("c@server.test")];
  const message = await spooledMessage(opened.spool, { content: "\r\n", forwardPaths, perRecipient: true });
  const results = [{ kind: "taken" }, { kind: "taken" }];
  assert.deepEqual(await openDiscard().deliver(message), { kind: "each", results });
});
