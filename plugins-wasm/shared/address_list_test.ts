// Lines of address lists: which mailbox they name, and which lines are no lines at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { definePlugin } from "#sdk";
import type { Mailbox, Plugin } from "#sdk";
import { configure } from "#sdk/testing";
import type { Configured } from "#sdk/testing";
import { findRule, readAddressList } from "./address_list.ts";
import type { AddressList } from "./address_list.ts";
import { maxPattern } from "./pattern.ts";

const reader: Plugin<AddressList> = definePlugin({
  configure: (given): AddressList => readAddressList(given, "bad"),
});

function read(...lines: readonly string[]): Configured<AddressList> {
  return configure(reader, { lists: { bad: lines } });
}

const user: Mailbox = { localPart: "User", domain: "Example.com" };
const matches: readonly (readonly [line: string, mailbox: Mailbox, named: boolean])[] = [
  ["user@example.com", user, true],
  ["user@example.com", { localPart: "user", domain: "example.org" }, false],
  ["@EXAMPLE.com", user, true],
  ["@example.com", { localPart: "user", domain: "a.example.com" }, false],
  ["^user@", user, true],
  ["^ser@", user, false],
  ["/^user@example\\.com$/", user, true],
  ["/^user@example\\.com$/i", user, true],
  ["user\\@example\\.com", user, true],
  ["%", { localPart: "a%b", domain: "example.com" }, true],
  ["%", user, false],
  ["!", { localPart: "a!b", domain: "example.com" }, true],
  ["a+b@example.com", { localPart: "a+b", domain: "example.com" }, true],
  ["a+b@example.com", { localPart: "aab", domain: "example.com" }, true],
  ["a?b@example.com", { localPart: "a?b", domain: "example.com" }, true],
  ["user@example.com", { localPart: "user@example.com", domain: "other.example" }, false],
  ["GRÜN@bücher.example", { localPart: "grün", domain: "BÜCHER.example" }, true],
  ["@[192.0.2.1]", { localPart: "user", domain: "[192.0.2.1]" }, true],
];

test("a line names the mailboxes that it should", () => {
  for (const [line, mailbox, named] of matches) {
    const { setup, problems } = read(line);
    assert.deepEqual(problems, [], line);
    assert.equal(findRule(setup, mailbox) !== undefined, named, `${line} ${mailbox.localPart}@${mailbox.domain}`);
  }
});

const long = "x".repeat(maxPattern + 1);
const bad: readonly (readonly [line: string, message: RegExp])[] = [
  ["example.com", /would match nothing: write "user@domain"/],
  ["user@", /would match nothing/],
  ["/(/", /is not a regular expression/],
  ["a**", /is not a regular expression/],
  ["(?i)user@", /is not a regular expression/],
  ["\\Auser@", /uses \\A, which only Perl knows/],
  ["user@example\\.com\\z", /uses \\z, /],
  ["^a\\\\\\Zb@", /uses \\Z, /],
  ["^[[:alpha:]]+@", /uses \[\[:, /],
  [`${long}@example.com`, /longer than 256 characters/],
  [`^${long}`, /longer than 256 characters/],
  [`@example.com ${"x".repeat(401)}`, /reason of "@example.com" must be printable ASCII/],
  ["@example.com grüß Gott", /reason of "@example.com" must be printable ASCII/],
];

test("a line that cannot do what it should is a problem with its place", () => {
  for (const [line, message] of bad) {
    const { problems } = read("fine@example.com", line);
    assert.equal(problems.length, 1, line);
    assert.equal(problems[0]?.path, "lists.bad[1]");
    assert.match(problems[0]?.message ?? "", message);
    assert.ok((problems[0]?.message ?? "").length < 300, "a message stays short");
  }
});

test("an escaped backslash before a letter is no Perl", () => {
  assert.deepEqual(read("^a\\\\Ab@").problems, []);
});

test("all bad lines are named at once", () => {
  assert.deepEqual(read("a", "b@c", "d").problems.map(({ path }) => path), ["lists.bad[0]", "lists.bad[2]"]);
});

test("more than a thousand expressions are refused, as many literals are not", () => {
  const expressions = Array.from({ length: 1001 }, (_, index) => `^${index}@`);
  assert.deepEqual(read(...expressions).problems.map(({ path }) => path), ["lists.bad"]);
  assert.deepEqual(read(...expressions.slice(1)).problems, []);
  assert.deepEqual(read(...expressions.map((line) => `${line.slice(1)}example.com`)).problems, []);
});

test("the line that stands first in the file is the one found", () => {
  const lines = ["^user@ expression", "@example.com domain", "user@example.com address"];
  for (const first of lines) {
    const list = read(first, ...lines.filter((line) => line !== first)).setup;
    assert.equal(findRule(list, user)?.reason, first.split(" ")[1]);
  }
  assert.equal(findRule(read("user@example.com one", "user@example.com two").setup, user)?.reason, "one");
});
