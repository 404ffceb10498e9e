// Which Authentication-Results fields claim to be ours, however they are written.

import assert from "node:assert/strict";
import { test } from "node:test";
import { workTime } from "../../test/support/own_time.ts";
import { claimsToBe } from "./claimed_id.ts";

const forged: readonly (readonly [title: string, value: string])[] = [
  ["plainly", "mx.example.org; spf=pass smtp.mailfrom=a@b.example"],
  ["in another case", "MX.Example.ORG; spf=pass"],
  ["with a version", "mx.example.org 1; spf=pass"],
  ["with a version and comments", "mx.example.org (us) 1 (really); spf=pass"],
  ["without results", "mx.example.org; none"],
  ["without anything else", "mx.example.org"],
  ["with a final dot", "mx.example.org.; spf=pass"],
  ["quoted", '"mx.example.org"; spf=pass'],
  ["quoted, with quoted pairs", '"m\\x.example\\.org" 1; spf=pass'],
  ["quoted, with blanks", '" mx.example.org "; spf=pass'],
  ["behind a comment", "(it is) mx.example.org; spf=pass"],
  ["behind comments in comments", "(a (b) \\) c)\t (d)mx.example.org; spf=pass"],
  ["before a comment without a blank", "mx.example.org(us); spf=pass"],
  ["unfolded from several lines", "\t mx.example.org\t; spf=pass"],
  ["with a word too many", "mx.example.org 1 2 3; spf=pass"],
  ["with something behind it that is no separator", "mx.example.org/1; spf=pass"],
  ["behind something that is none", ",mx.example.org; spf=pass"],
  ["behind an @", "@mx.example.org; spf=pass"],
  ["in a comment that never ends", "(mx.example.org; spf=pass"],
  ["behind a comment that never ends", "(x; mx.example.org; spf=pass"],
  ["in quotes that never end", '"mx.example.org; spf=pass'],
  ["encoded, as some readers decode it", "=?utf-8?B?bXguZXhhbXBsZS5vcmc=?=; spf=pass"],
  ["half encoded", "mx.=?utf-8?Q?example.org=3B?= spf=pass"],
  ["in letters of full width", "ｍｘ.example.org; spf=pass"],
  ["with a soft hyphen", "mx.exam\u00adple.org; spf=pass"],
];

for (const [title, value] of forged) {
  test(`forged: our id ${title}`, () => assert.equal(claimsToBe("mx.example.org", value), true));
}

const others: readonly (readonly [title: string, value: string])[] = [
  ["another server", "mx.example.com; spf=pass"],
  ["one below us", "mx.mx.example.org; spf=pass"],
  ["one above us", "example.org; spf=pass"],
  ["a longer name", "mx.example.org.example.com; spf=pass"],
  ["our name in a comment", "mx.example.com (mx.example.org); spf=pass"],
  ["our name in a comment before it", "(mx.example.org) mx.example.com; spf=pass"],
  ["our name as a result's property", "mx.example.com; spf=pass smtp.helo=mx.example.org"],
  ["an encoded word in a result's comment", "mx.example.com; spf=pass (=?utf-8?Q?=C3=BC?=)"],
  ["no id at all, as some write it", "spf=pass (sender IP is 192.0.2.1) smtp.helo=mx.example.com; dkim=none"],
  ["nothing", ""],
  ["a comment alone", "(nothing)"],
];

for (const [title, value] of others) {
  test(`not ours: ${title}`, () => assert.equal(claimsToBe("mx.example.org", value), false));
}

test("an id in A-labels is claimed by its U-labels too. RFC 5890 §2.3.2.1", () => {
  assert.equal(claimsToBe("xn--bcher-kva.example", "bücher.example; spf=pass"), true);
  assert.equal(claimsToBe("xn--bcher-kva.example", "BÜCHER.example; spf=pass"), true);
  assert.equal(claimsToBe("xn--bcher-kva.example", "bucher.example; spf=pass"), false);
});

test("a value as long as a header section may be is read at once", () => {
  const values = ["(".repeat(262_144), `"${"\\a".repeat(131_072)}`, "a".repeat(262_144), "( ".repeat(131_072)];
  const took = workTime(() => {
    for (const value of values) assert.equal(claimsToBe("mx.example.org", value), false);
  });
  assert.ok(took < 1000, `${took} ms`);
});
