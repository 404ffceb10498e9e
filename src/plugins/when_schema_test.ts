// Which conditions a manifest may name: known ones, where there is such a fact, of fields that the plugin needs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { plainManifest } from "../../test/support/wat_plugin.ts";
import { parseManifest } from "./manifest.ts";

function problemsOf(when: unknown, needs: readonly string[], hooks: readonly string[]): readonly string[] {
  const json = JSON.stringify({ ...plainManifest, hooks, needs, when });
  const parsed = parseManifest(new TextEncoder().encode(json));
  return parsed.kind === "manifest" ? [] : parsed.problems;
}

const all = ["connect", "mail", "data_post", "quit"];

const good: readonly (readonly [when: unknown, needs: readonly string[]])[] = [
  [{}, []],
  [{ connect: { early: true } }, []],
  [{ mail: { tls: false, nullReversePath: true } }, ["event:tls", "event:reverse_path"]],
  [{ mail: { authenticated: false, relay: false, scoreBelow: -3 } }, ["event"]],
  [{ data_post: { largerThan: 1000, header: "List-Id" } }, ["event:size", "event:headers:list-*"]],
  [{ quit: { verb: "HELO" } }, ["event:hello"]],
];

for (const [when, needs] of good) {
  test(`${JSON.stringify(when)} may stand beside the needs ${needs.join(" ")}`, () => {
    assert.deepEqual(problemsOf(when, needs, all), []);
  });
}

const bad: readonly (readonly [when: unknown, needs: readonly string[], problem: RegExp])[] = [
  [{ connect: { early: "yes" } }, [], /^when\.connect\.early must be true or false/],
  [{ connect: { late: true } }, [], /^when\.connect\.late/],
  [{ greeting: { early: true } }, [], /^when\.greeting/],
  [{ rcpt: { hello: true } }, ["event"], /^when\.rcpt is no hook of this plugin/],
  [{ mail: { early: true } }, ["event"], /^when\.mail\.early is not known at mail: .* at connect, data$/],
  [{ mail: { tls: false } }, [], /^when\.mail\.tls tells of a field: "event:tls" must be among the needs/],
  [{ mail: { largerThan: 1 } }, ["event"], /^when\.mail\.largerThan is not known at mail/],
  [{ data_post: { header: "Subject" } }, ["event:headers:X-*"], /^when\.data_post\.header .*"event:headers:Subject"/],
  [{ data_post: { header: "a: b" } }, ["event"], /^when\.data_post\.header is no name of a header field/],
  [{ quit: { verb: "MAIL" } }, ["event"], /^when\.quit\.verb/],
];

for (const [when, needs, problem] of bad) {
  test(`${JSON.stringify(when)} beside the needs [${needs.join(" ")}] is told as a problem`, () => {
    const problems = problemsOf(when, needs, all);
    assert.equal(problems.length, 1, problems.join("; "));
    assert.match(problems[0] ?? "", problem);
  });
}
