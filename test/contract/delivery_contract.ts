// What every delivery backend promises, whatever lies behind it.

import assert from "node:assert/strict";
import test from "node:test";
import type { Delivery } from "../../src/delivery/delivery.ts";
import { openSpool } from "../../src/spool/file_spool.ts";
import type { Spool } from "../../src/spool/spool.ts";
import { collect, spooledMessage } from "../support/spooled.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

export interface Backend {
  readonly delivery: Delivery;
  /** The messages that lie behind it, in any order, without what it put on top. */
  received(): Promise<readonly Buffer[]>;
  stop(): Promise<void>;
}

const odd = "Subject:  odd \r\n\tfolded\r\nnot a field\r\nX: \xff\r\n\r\n.\r\n..\r\n.dot\r\n\x00\xfe\r\n";
const contents: readonly (readonly [title: string, content: string | Uint8Array])[] = [
  ["a short message", "Subject: x\r\n\r\nbody\r\n"],
  ["odd fields, dots and 8-bit octets", odd],
  ["no header section", "\r\nbody\r\n"],
  ["no body", "Subject: x\r\n"],
  ["3 MB that the spool had to put on disk", Buffer.from(`A: b\r\n\r\n${"0123456789 .\r\n.\r\n".repeat(180_000)}`)],
];

export function deliveryContract(name: string, open: () => Promise<Backend>): void {
  const folder = temporaryFolder();
  const trace = "Received: from client.test\r\n";

  for (const [title, content] of contents) {
    test(`${name}: ${title} arrives octet for octet, and stays the caller's`, async () => {
      const backend = await open();
      const expected = Buffer.concat([Buffer.from(trace), Buffer.from(content as string, "latin1")]);
      for (const edited of [false, true]) {
        const message = await spooledMessage(await openedSpool(folder), { content, trace, edited });
        const answer = await backend.delivery.deliver(message);
        assert.equal(answer.kind, "taken");
        assert.ok((await collect(message.pieces())).equals(expected));
        await message.body.discard();
      }
      const received = await backend.received();
      assert.deepEqual(received.map((octets) => octets.equals(expected)), [true, true]);
      await backend.stop();
    });
  }

  test(`${name}: forty messages at a time all arrive`, async () => {
    const backend = await open();
    const spool = await openedSpool(folder);
    const expected = Array.from({ length: 40 }, (_, index) => `Subject: ${index}\r\n\r\n${"x".repeat(index)}\r\n`);
    const messages = await Promise.all(expected.map((content) => spooledMessage(spool, { content })));
    const answers = await Promise.all(messages.map((message) => backend.delivery.deliver(message)));
    assert.ok(answers.every((answer) => answer.kind === "taken"));
    assert.deepEqual((await backend.received()).map(String).sort(), expected.sort());
    await backend.stop();
  });

  test(`${name}: content that cannot be read is an answer, and no part of it arrives`, async () => {
    const backend = await open();
    const message = await spooledMessage(await openedSpool(folder), { content: "Subject: x\r\n\r\nbody\r\n" });
    await message.body.discard();
    assert.equal((await backend.delivery.deliver(message)).kind, "failed");
    assert.deepEqual(await backend.received(), []);
    await backend.stop();
  });

  test(`${name}: closing twice is closing once`, async () => {
    const backend = await open();
    await backend.delivery.close();
    await backend.delivery.close();
    await backend.stop();
  });
}

async function openedSpool(folder: string): Promise<Spool> {
  const opened = await openSpool(folder);
  if (opened.kind !== "spool") throw new Error(opened.message);
  return opened.spool;
}
