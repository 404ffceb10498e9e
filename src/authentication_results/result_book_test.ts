// How long what a check found is true.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HookName } from "../../sdk/contract/contract.ts";
import { ResultBook } from "./result_book.ts";

type Deed = readonly [hook: HookName, ...found: readonly string[]] | "end of transaction";

const rows: readonly (readonly [title: string, deeds: readonly Deed[], left: readonly string[]])[] = [
  ["all are kept in their order", [["connect", "iprev"], ["ehlo", "x-helo"], ["mail", "spf"], ["data_post", "dkim"]], [
    "iprev",
    "x-helo",
    "spf",
    "dkim",
  ]],
  ["of one hook, all", [["mail", "spf", "x-a"]], ["spf", "x-a"]],
  [
    "those of a transaction end with it",
    [["connect", "iprev"], ["ehlo", "x-helo"], ["mail", "spf"], ["data_headers_end", "arc"], "end of transaction"],
    ["iprev", "x-helo"],
  ],
  ["a hook that is asked again forgets", [["ehlo", "x-helo"], ["ehlo"]], []],
  ["of whichever verb the next hello is", [["ehlo", "x-helo"], ["helo", "x-other"]], ["x-other"]],
  ["with nothing to say too", [["helo", "x-helo"], ["ehlo"]], []],
];

for (const [title, deeds, left] of rows) {
  test(title, () => {
    const book = new ResultBook();
    for (const deed of deeds) {
      if (deed === "end of transaction") book.endTransaction();
      else book.keep(deed[0], deed.slice(1).map((method) => ({ method, result: "pass" })));
    }
    assert.deepEqual(book.all().map(({ method }) => method), left);
  });
}
