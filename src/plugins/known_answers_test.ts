// An answer that came before is what it was; one octet more or less, or another hook, and it is another.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HookName } from "../../sdk/contract/contract.ts";
import { parseAnswer } from "./answer_schema.ts";
import { answerReader } from "./known_answers.ts";

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

const answers: readonly (readonly [hook: HookName, text: string])[] = [
  ["rcpt", '{"verdict":"pass"}'],
  ["rcpt", '{"verdict":"accept"}'],
  ["rcpt", '{"verdict":"accept" }'],
  ["rcpt", '{"verdict":"accept","text":"é"}'],
  ["rcpt", '{"verdict":"accept","text":"Ã©"}'],
  ["rcpt", '{"verdict":"accept","edits":[]}'],
  ["data_post", '{"verdict":"accept","edits":[]}'],
  ["data_post", '{"verdict":"pass","notes":{"transaction":{"a":[1,{"b":2}]}}}'],
  ["rcpt", '{"verdict":"acc'],
  ["rcpt", `{"verdict":"accept","text":"${"x".repeat(300)}"}`],
  ["rcpt", ""],
];

for (const [hook, text] of answers) {
  test(`${hook}: ${text.slice(0, 60)} is read alike however often it comes`, () => {
    const read = answerReader(hook);
    for (const [, other] of answers) read(octets(other));
    for (let count = 0; count < 3; count++) assert.deepEqual(read(octets(text)), parseAnswer(hook, octets(text)));
  });
}

test("bytes that are no UTF-8 are not taken for others that are", () => {
  const read = answerReader("rcpt");
  const good = octets('{"verdict":"accept","text":"é"}');
  const bad = good.slice().fill(0xe9, good.indexOf(0xc3), good.indexOf(0xc3) + 2);
  assert.deepEqual([read(good).kind, read(bad).kind, read(good).kind], ["answer", "bad", "answer"]);
});

test("what is remembered cannot be changed, and is not more and more", () => {
  const read = answerReader("data_post");
  const noted = octets('{"verdict":"pass","notes":{"session":{"a":[1]}}}');
  read(noted);
  const again = read(noted);
  assert.equal(again, read(noted));
  assert.ok(again.kind === "answer" && Object.isFrozen(again.answer.notes?.session?.["a"]));
  for (let count = 0; count < 1000; count++) {
    read(octets(`{"verdict":"pass","score":${count % 100},"notes":{"session":{"n":${count}}}}`));
  }
  assert.notEqual(read(noted), again);
});
