// Who talks before it is his turn.

import { pass, reject } from "#sdk";
import type { Answer } from "#sdk";
import { connectEvent, dataEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const greeted: Answer = { ...reject("Connecting host started transmitting before SMTP greeting"), score: -1 };
const told: Answer = {
  ...reject("Connecting host started transmitting before the reply to DATA", { status: "5.5.1", disconnect: true }),
  score: -1,
};
const both = { settings: { check_at: ["connect", "data"] } };

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    ["who waits for the greeting passes", {}, "connect", connectEvent({ early: false }), pass()],
    ["who does not is refused, and loses a point", {}, "connect", connectEvent({ early: true }), greeted],
    ["who waits for the reply to DATA passes", both, "data", dataEvent({ early: false }), pass()],
    ["who does not is refused and disconnected", both, "data", dataEvent({ early: true }), told],
  ],
  misconfigured: [
    ["another hook is no place", { settings: { check_at: ["data", "mail"] } }, "settings.check_at[1]", "is neither"],
    ["nowhere is no place either", { settings: { check_at: [] } }, "settings.check_at", "names no place"],
  ],
  asked: [
    ["the greeting is watched unless said otherwise", {}, ["connect"]],
    ["or DATA alone", { settings: { check_at: ["data"] } }, ["data"]],
    ["or both", both, ["connect", "data"]],
  ],
});
