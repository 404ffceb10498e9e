import assert from "node:assert/strict";
import { test } from "node:test";
import { Notebook } from "./notebook.ts";

test("a page is merged key by key and belongs to one plugin", () => {
  const notebook = new Notebook();
  notebook.write("a", { session: { x: 1, y: 1 } });
  notebook.write("a", { session: { y: 2 }, transaction: { z: 3 } });
  assert.deepEqual(notebook.read("a"), { session: { x: 1, y: 2 }, transaction: { z: 3 } });
  assert.equal(notebook.read("b"), undefined);
});

test("notes on a transaction end with it", () => {
  const notebook = new Notebook();
  notebook.write("a", { session: { x: 1 }, transaction: { y: 2 } });
  notebook.endTransaction();
  assert.deepEqual(notebook.read("a"), { session: { x: 1 } });
});

test("a page that grows too large is refused, and stays as it was", () => {
  const notebook = new Notebook();
  assert.equal(notebook.write("a", { session: { x: "1".repeat(5000) } }), true);
  assert.equal(notebook.write("a", { session: { y: "2".repeat(5000) } }), false);
  assert.deepEqual(Object.keys(notebook.read("a")?.session ?? {}), ["x"]);
});

const one = (place: number) => ({ kind: "one", place }) as const;
const all = (...places: readonly number[]) => ({ kind: "all", places }) as const;

test("a recipient has a page, and the message those of its recipients in their order", () => {
  const notebook = new Notebook();
  notebook.write("a", { recipient: { n: 0 } }, 0);
  notebook.write("a", { recipient: { n: 2 } }, 2);
  assert.deepEqual(notebook.read("a", one(2)), { recipient: { n: 2 } });
  assert.equal(notebook.read("a", one(1)), undefined);
  assert.deepEqual(notebook.read("a", all(0, 1, 2)), { recipients: [{ n: 0 }, {}, { n: 2 }] });
  assert.deepEqual(notebook.read("a", all(2)), { recipients: [{ n: 2 }] });
  assert.equal(notebook.read("a"), undefined);
  assert.equal(notebook.read("b", all(0, 1, 2)), undefined);
});

test("a refused recipient's page is gone when the next is asked about, and all with the transaction", () => {
  const notebook = new Notebook();
  notebook.write("a", { recipient: { refused: true } }, 0);
  notebook.beginRecipient(0);
  assert.equal(notebook.read("a", one(0)), undefined);
  notebook.write("a", { recipient: { n: 0 } }, 0);
  notebook.endTransaction();
  assert.equal(notebook.read("a", all(0)), undefined);
});

test("many recipients have no more than one bound together", () => {
  const notebook = new Notebook();
  const recipient = { x: "1".repeat(8000) };
  const fitted = Array.from({ length: 20 }, (_, place) => notebook.write("a", { recipient }, place));
  assert.equal(fitted.filter((fits) => fits).length, 8);
  assert.equal(notebook.write("a", { recipient: { x: 1 } }, 3), true);
  assert.equal(notebook.write("b", { recipient }, 0), true);
  assert.equal(notebook.write("b", { recipient: { y: "2".repeat(500) } }, 0), false);
});

test("octets are counted, not characters", () => {
  assert.equal(new Notebook().write("a", { session: { x: "\u20ac".repeat(3000) } }), false);
});

test("others' pages: those that are named, or of all who wrote; never one's own", () => {
  const notebook = new Notebook();
  notebook.write("a", { session: { x: 1 } });
  notebook.write("b", { transaction: { y: 2 }, recipient: { z: 3 } }, 0);
  notebook.write("c", { session: {} });
  assert.deepEqual(notebook.readOthers("c", ["a", "d"], all(0)), { a: { session: { x: 1 } } });
  assert.deepEqual(notebook.readOthers("c", ["*"], all(0)), {
    a: { session: { x: 1 } },
    b: { transaction: { y: 2 }, recipients: [{ z: 3 }] },
  });
  assert.equal(notebook.readOthers("a", ["a"], all(0)), undefined);
});

test("who is asked still when the transaction ends writes into no later one", () => {
  const notebook = new Notebook();
  notebook.write("a", { transaction: { x: 1 } });
  const slow = notebook.current();
  notebook.endTransaction();
  assert.deepEqual(slow.read("a"), { transaction: { x: 1 } });
  slow.write("a", { session: { y: 2 }, transaction: { x: 3 } });
  assert.deepEqual(notebook.read("a"), { session: { y: 2 } });
});
