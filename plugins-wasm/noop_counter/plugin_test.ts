// How many NOOPs in a row a session may have.

import { noting, pass, reject } from "#sdk";
import type { Answer, ArgumentEvent } from "#sdk";
import { argumentEvent, dataEvent, factEvent, heloEvent, mailEvent, rcptEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const two = { settings: { max: 2 } };
const one = { notes: { session: { count: 1 } } };
const forgotten = noting(pass(), { session: { count: 0 } });

function after(count: number): ArgumentEvent {
  return argumentEvent({ notes: { session: { count } } });
}

function going(count: number): Answer {
  return noting(pass(), { session: { count } });
}

function closing(count: number): Answer {
  const text = "Stop wasting my time, too many consecutive NOOPs";
  return noting(reject(text, { status: "5.7.0", disconnect: true }), { session: { count } });
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    ["the first is only counted", two, "noop", argumentEvent(), going(1)],
    ["the one at the limit closes the session", two, "noop", after(1), closing(2)],
    ["so does any above it", two, "noop", after(2), closing(3)],
    ["the first after another command is the first again", two, "noop", after(0), going(1)],
    ["two are borne by default", {}, "noop", after(1), going(2)],
    ["the third is not", {}, "noop", after(2), closing(3)],
    ["a limit of one bears none", { settings: { max: 1 } }, "noop", argumentEvent(), closing(1)],
    ["HELO begins anew", {}, "helo", heloEvent(one), forgotten],
    ["so does EHLO", {}, "ehlo", heloEvent(one), forgotten],
    ["MAIL", {}, "mail", mailEvent(one), forgotten],
    ["RCPT", {}, "rcpt", rcptEvent(one), forgotten],
    ["DATA", {}, "data", dataEvent(one), forgotten],
    ["VRFY", {}, "vrfy", argumentEvent(one), forgotten],
    ["HELP", {}, "help", argumentEvent(one), forgotten],
    ["and RSET", {}, "reset_transaction", factEvent(one), forgotten],
    ["where nothing was counted nothing is noted", {}, "mail", mailEvent(), pass()],
    ["nor where it was forgotten before", {}, "mail", mailEvent({ notes: { session: { count: 0 } } }), pass()],
  ],
});
