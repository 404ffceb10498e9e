// When an overload begins and when it ends, look by look.

import assert from "node:assert/strict";
import { test } from "node:test";
import { explainExcesses, type Gauges, judgeLoad, type Load, normalLoad, type OverloadMarks } from "./overload.ts";

const marks: OverloadMarks = { loopLag: 500, heap: 0, spoolFree: 1000, openFiles: 90 };
const calm: Gauges = { loopLag: 5, heap: 1e12, spoolFree: 1e9, openFiles: 10 };

/** `.` for a look that finds it normal afterwards, `!` for one that finds it overloaded. */
function course(looks: readonly Partial<Gauges>[]): string {
  let load: Load = normalLoad;
  return looks.map((gauges) => {
    load = judgeLoad(load, { ...calm, ...gauges }, marks);
    return load.kind === "normal" ? "." : "!";
  }).join("");
}

const over = { loopLag: 501 };
const between = { loopLag: 401 };
const under = { loopLag: 400 };

const rows: readonly [title: string, looks: readonly Partial<Gauges>[], course: string][] = [
  ["one look over the mark is not enough", [over, under, over, under], "...."],
  ["two in a row are", [over, over], ".!"],
  ["on the mark is not over it", [{ loopLag: 500 }, { loopLag: 500 }], ".."],
  ["between the marks it neither begins", [between, between, between], "..."],
  ["nor ends", [over, over, between, between, between, between], ".!!!!!"],
  ["three looks in a row below the low mark end it", [over, over, under, under, under, under], ".!!!.."],
  ["one above it begins the count anew", [over, over, under, under, between, under, under, under], ".!!!!!!."],
  ["too little space", [{ spoolFree: 999 }, { spoolFree: 999 }], ".!"],
  [
    "space is enough again a quarter above the mark",
    [{ spoolFree: 0 }, { spoolFree: 0 }, ...Array.from({ length: 4 }, () => ({ spoolFree: 1249 })), {}, {}, {}],
    ".!!!!!!!.",
  ],
  ["another gauge goes on where one ends", [over, over, { openFiles: 91 }, { openFiles: 91 }, {}, {}, {}], ".!!!!!."],
  ["two gauges, one look each, begin it", [over, { openFiles: 91 }], ".!"],
  ["without a mark it is not judged", [{ heap: 1e15 }, { heap: 1e15 }], ".."],
  ["what cannot be measured is not judged", [{ spoolFree: undefined }, { spoolFree: undefined }], ".."],
];

for (const [title, looks, expected] of rows) {
  test(title, () => assert.equal(course(looks), expected));
}

test("the log says what was over which mark", () => {
  const first = judgeLoad(normalLoad, calm, marks);
  const second = judgeLoad(first, { ...calm, loopLag: 612.3, spoolFree: 10 }, marks);
  const load = judgeLoad(second, { ...calm, loopLag: 612.3, spoolFree: 10 }, marks);
  assert.ok(load.kind === "overloaded");
  assert.equal(
    explainExcesses(load.why),
    "loop lag 612 ms (mark 500 ms), free for the spool 10 octets (mark 1000 octets)",
  );
});
