import assert from "node:assert/strict";
import { test } from "node:test";
import { Breaker, breakerRule } from "./breaker.ts";

function at(): { breaker: Breaker; pass: (milliseconds: number) => void; fail: (times: number) => void } {
  let now = 0;
  const breaker = new Breaker(() => now);
  return {
    breaker,
    pass: (milliseconds) => now += milliseconds,
    fail: (times) => {
      for (let count = 0; count < times; count++) breaker.report(false);
    },
  };
}

test("it opens at the fifth failure within a minute", () => {
  const { breaker, fail } = at();
  fail(breakerRule.failures - 1);
  assert.equal(breaker.state, "closed");
  fail(1);
  assert.equal(breaker.state, "open");
  assert.equal(breaker.admit(), false);
});

test("failures longer ago do not count", () => {
  const { breaker, fail, pass } = at();
  fail(breakerRule.failures - 1);
  pass(breakerRule.within);
  fail(1);
  assert.equal(breaker.state, "closed");
});

test("after its rest one call is let through, and only one", () => {
  const { breaker, fail, pass } = at();
  fail(breakerRule.failures);
  pass(breakerRule.rest);
  assert.equal(breaker.state, "trying");
  assert.equal(breaker.admit(), true);
  assert.equal(breaker.admit(), false);
});

test("the try decides", () => {
  for (const [succeeded, state] of [[true, "closed"], [false, "open"]] as const) {
    const { breaker, fail, pass } = at();
    fail(breakerRule.failures);
    pass(breakerRule.rest);
    breaker.admit();
    breaker.report(succeeded);
    assert.equal(breaker.state, state);
  }
});

test("a success in between does not make failures undone", () => {
  const { breaker, fail } = at();
  fail(breakerRule.failures - 1);
  breaker.report(true);
  fail(1);
  assert.equal(breaker.state, "open");
});
