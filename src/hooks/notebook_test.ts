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
