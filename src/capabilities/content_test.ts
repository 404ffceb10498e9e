// The capability `content` over a real spool.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { callWith, outcomeOf } from "../../test/support/capability_calls.ts";
import { spool } from "../../test/support/spooled.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openSpool } from "../spool/file_spool.ts";
import type { Content } from "../spool/spool.ts";
import { ContentCapability, whyUnreadable } from "./content.ts";
import { findInContent, readContent } from "./content_octets.ts";

const capability = new ContentCapability();
const contents: Content[] = [];
after(async () => {
  for (const content of contents) await content.discard();
});

const folder = temporaryFolder();

/** In memory, or in a file of the spool if `inFile`. */
async function contentOf(text: string, inFile = false): Promise<Content> {
  const opened = await openSpool(folder, { memoryThreshold: inFile ? 10 : 10_000_000 });
  if (opened.kind === "failed") return assert.fail(opened.message);
  const content = await spool(opened.spool, Buffer.from(text, "latin1"));
  contents.push(content);
  return content;
}

/** The same octets in pieces of a given length. */
function inPieces(text: string, length: number): Content {
  const octets = Buffer.from(text, "latin1");
  return {
    size: octets.length,
    eightBit: false,
    *pieces(from = 0): Iterable<Uint8Array> {
      for (let at = from; at < octets.length; at += length) yield octets.subarray(at, at + length);
    },
    head: (limit) => octets.subarray(0, limit),
    discard: () => Promise.resolve(),
  };
}

const header = "Subject: =?x?=\r\n folded\r\nX-\xfc: no field\r\nTo: b@server.test\r\nEmpty:\r\n";
const message = `${header}\r\nbody of the message\r\n`;
const body = header.length + 2;

test("the header fields, as in the events", async () => {
  const fields = outcomeOf(
    await capability.fulfil({ do: "headers" }, callWith(["headers"], { content: await contentOf(message) })),
  );
  assert.deepEqual(fields, [["Subject", "=?x?= folded"], ["To", "b@server.test"], ["Empty", ""]]);
});

const rows: readonly (readonly [request: object | string, scopes: readonly string[], outcome: unknown])[] = [
  [{ do: "extent" }, [], { size: message.length, body }],
  [{ do: "headers" }, ["body"], "notGranted"],
  [{ do: "read", offset: body, length: 4 }, ["body"], { base64: "Ym9keQ==" }],
  [{ do: "read", offset: body, length: 4, as: "latin1" }, ["*"], { latin1: "body" }],
  [{ do: "read", offset: 0, length: 7, as: "latin1" }, ["headers"], { latin1: "Subject" }],
  [{ do: "read", offset: header.indexOf("\xfc"), length: 1, as: "latin1" }, ["headers"], { latin1: "\xfc" }],
  [{ do: "read", offset: message.length - 2, length: 65_536, as: "latin1" }, ["body"], { latin1: "\r\n" }],
  [{ do: "read", offset: message.length + 5, length: 1, as: "latin1" }, ["body"], { latin1: "" }],
  // Each side of the blank line has its own grant.
  [{ do: "read", offset: body - 1, length: 1 }, ["body"], "notGranted"],
  [{ do: "read", offset: body - 1, length: 2 }, ["headers"], "notGranted"],
  [{ do: "read", offset: body - 1, length: 1, as: "latin1" }, ["headers"], { latin1: "\n" }],
  [{ do: "read", offset: 0, length: 1 }, [], "notGranted"],
  [{ do: "read", offset: body - 2, length: 4, as: "latin1" }, ["headers", "body"], { latin1: "\r\nbo" }],
  [{ do: "find", text: "of" }, ["headers", "body"], message.indexOf("of")],
  [{ do: "find", text: "message", from: body }, ["body"], message.indexOf("message")],
  [{ do: "find", base64: "DQo=", from: body }, ["body"], message.length - 2],
  [{ do: "find", text: "Subject", from: 1 }, ["*"], -1],
  [{ do: "find", text: "x", from: 1_000_000 }, ["*"], -1],
  [{ do: "find", text: "message" }, ["body"], "notGranted"],
  [{ do: "find", text: "Subject" }, ["headers"], "notGranted"],
  [{ do: "find" }, ["*"], "badRequest"],
  [{ do: "find", text: "" }, ["*"], "badRequest"],
  [{ do: "find", text: "x", base64: "eA==" }, ["*"], "badRequest"],
  [{ do: "find", text: "x".repeat(257) }, ["*"], "badRequest"],
  [{ do: "read", offset: -1, length: 1 }, ["*"], "badRequest"],
  [{ do: "read", offset: 0.5, length: 1 }, ["*"], "badRequest"],
  [{ do: "read", offset: 0, length: 65_537 }, ["*"], "badRequest"],
  [{ do: "write", offset: 0 }, ["*"], "badRequest"],
  ["read", ["*"], "badRequest"],
];

for (const [request, scopes, outcome] of rows) {
  test(`${JSON.stringify(request).slice(0, 60)} with ${scopes.join() || "nothing"}`, async () => {
    for (const inFile of [false, true]) {
      const call = callWith(scopes, { content: await contentOf(message, inFile) });
      assert.deepEqual(outcomeOf(await capability.fulfil(request, call)), outcome);
    }
  });
}

test("without a message there is nothing to read, and after the call neither", async () => {
  assert.equal(outcomeOf(await capability.fulfil({ do: "headers" }, callWith(["*"]))), "noContent");
  const over = callWith(["*"], { content: inPieces(message, 5), signal: AbortSignal.abort() });
  assert.equal(outcomeOf(await capability.fulfil({ do: "headers" }, over)), "aborted");
});

test("a disk that fails is told", async () => {
  const content: Content = {
    ...inPieces(message, 5),
    pieces: () => {
      throw new Error("EIO");
    },
  };
  const request = { do: "read", offset: 0, length: 1 };
  assert.equal(outcomeOf(await capability.fulfil(request, callWith(["*"], { content }))), "failed");
});

test("content without a body, and with nothing but a body", async () => {
  const extents = [["Subject: x\r\n", 12], ["\r\nbody", 2], ["", 0]] as const;
  for (const [text, offset] of extents) {
    const call = callWith([], { content: await contentOf(text) });
    assert.deepEqual(outcomeOf(await capability.fulfil({ do: "extent" }, call)), { size: text.length, body: offset });
  }
});

test("a header section longer than what is kept in memory ends where it ends", async () => {
  const text = `X: ${"y".repeat(300_000)}\r\n\r\nbody`;
  const call = callWith(["body"], { content: await contentOf(text, true) });
  assert.deepEqual(outcomeOf(await capability.fulfil({ do: "extent" }, call)), {
    size: text.length,
    body: text.length - 4,
  });
  assert.equal(outcomeOf(await capability.fulfil({ do: "read", offset: 290_000, length: 1 }, call)), "notGranted");
});

test("searching and reading agree with plain text in every division into pieces", async () => {
  const text = "aabaabaaab--aaab";
  const { signal } = new AbortController();
  for (let length = 1; length <= text.length; length++) {
    const content = inPieces(text, length);
    for (let from = 0; from <= text.length; from++) {
      for (const wanted of ["a", "aab", "aaab", "b-", "--aaab", "aabaabaaab--aaab", "c", "abb"]) {
        const found = await findInContent(content, Buffer.from(wanted), from, signal);
        assert.equal(found, text.indexOf(wanted, from), `${wanted} from ${from} in pieces of ${length}`);
      }
      const octets = await readContent(content, from, 5);
      assert.equal(Buffer.from(octets).toString(), text.slice(from, from + 5));
    }
  }
});

test("a search looks at the content once, and stops when the call is over", async () => {
  let octets = 0;
  const piece = new Uint8Array(65_536);
  const content: Content = {
    ...inPieces("", 1),
    size: 100 * piece.length,
    *pieces(): Iterable<Uint8Array> {
      for (let i = 0; i < 100; i++) {
        octets += piece.length;
        yield piece;
      }
    },
  };
  assert.equal(await findInContent(content, Buffer.from("x"), 0, new AbortController().signal), -1);
  assert.equal(octets, content.size);
  octets = 0;
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  assert.equal(await findInContent(content, Buffer.from("x"), 0, controller.signal), -1);
  assert.ok(octets < content.size, String(octets));
});

test("what is read is a copy", async () => {
  const content = await contentOf(message);
  (await readContent(content, 0, 7)).fill(0);
  assert.equal(Buffer.from(await readContent(content, 0, 7)).toString(), "Subject");
});

test("whoever copies octets to a plugin can ask whether he may", async () => {
  const content = await contentOf(message);
  assert.equal(await whyUnreadable(content, ["body"], body, 1_000_000), undefined);
  assert.equal((await whyUnreadable(content, ["body"], 0, 1))?.code, "notGranted");
  assert.equal(await whyUnreadable(content, ["headers"], 0, body), undefined);
  assert.equal((await whyUnreadable(content, ["headers"], 0, body + 1))?.code, "notGranted");
});
