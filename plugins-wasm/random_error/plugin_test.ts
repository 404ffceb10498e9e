// How often random_error fails, and at what.

import assert from "node:assert/strict";
import { test } from "node:test";
import { defer, pass } from "#sdk";
import type { Answer } from "#sdk";
import { ask, configure, connectEvent, dataEvent, heloEvent, mailEvent, messageEvent, rcptEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const failure = defer("random failure");
const closing = defer("random failure", { disconnect: true });
/** The chance of one hook at half of all messages: 1 - 0.5 ** (1/6). */
const half = 0.109101281858;

function row(title: string, percent: number, drawn: number, expected: Answer): Case {
  const seed = Math.min(2 ** 32 - 1, Math.round(drawn * 2 ** 32));
  return [title, { settings: { percent } }, "mail", mailEvent({ seed }), expected];
}

const unlucky = { seed: 2 ** 31 };
const always = { settings: { percent: 100 } };

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("one hook fails so often that a message does as wanted", 50, half - 1e-6, failure),
    row("and no more often", 50, half + 1e-6, pass()),
    row("two failures of five close the connection", 50, half * 0.4 - 1e-6, closing),
    row("three do not", 50, half * 0.4 + 1e-6, failure),
    row("one of a hundred by the rule", 1, 0.00167, failure),
    row("99 do not", 1, 0.00168, pass()),
    row("all can fail", 100, 1, failure),
    row("or none", 0, 0, pass()),
    ["connect fails", always, "connect", connectEvent(unlucky), failure],
    ["HELO fails", always, "helo", heloEvent(unlucky), failure],
    ["EHLO fails", always, "ehlo", heloEvent(unlucky), failure],
    ["MAIL fails", always, "mail", mailEvent(unlucky), failure],
    ["RCPT fails", always, "rcpt", rcptEvent(unlucky), failure],
    ["DATA fails", always, "data", dataEvent(unlucky), failure],
    ["the message fails", always, "data_post", messageEvent(unlucky), failure],
  ],
  asked: [
    ["nobody is asked for nothing", { settings: { percent: 0 } }, []],
    ["all are for something", {}, ["connect", "helo", "ehlo", "mail", "rcpt", "data", "data_post"]],
  ],
});

test("seeds spread over all of their range make the share that was asked for", () => {
  const { setup } = configure(plugin, { settings: { percent: 50 } });
  const seeds = Array.from({ length: 10_000 }, (_, index) => Math.floor(index * 2 ** 32 / 10_000));
  const failed = seeds.filter((seed) => ask(plugin, "rcpt", rcptEvent({ seed }), setup).verdict === "defer").length;
  assert.ok(Math.abs(failed / seeds.length - half) < 0.001, `${failed}`);
});
