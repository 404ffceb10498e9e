// From which load on loadcheck turns clients away.

import { defer, pass } from "#sdk";
import type { Answer, ConnectEvent } from "#sdk";
import { connectEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const busy: Answer = defer("Server load too high, please try again later.", { status: "4.3.2" });

function at(...averages: readonly [number, number, number]): ConnectEvent {
  return connectEvent({ load: { averages, processors: 4 } });
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    ["an idle machine", {}, "connect", at(0, 0, 0), pass()],
    ["just the load that is allowed", {}, "connect", at(7, 100, 100), pass()],
    ["more than that", {}, "connect", at(7.01, 0, 0), busy],
    ["max_load is a setting", { settings: { max_load: 2.5 } }, "connect", at(2.6, 0, 0), busy],
    ["over five minutes", { settings: { minutes: 5 } }, "connect", at(0, 8, 0), busy],
    ["not over one then", { settings: { minutes: 5 } }, "connect", at(8, 7, 8), pass()],
    ["over fifteen minutes", { settings: { minutes: 15 } }, "connect", at(0, 0, 8), busy],
    ["for each processor", { settings: { per_processor: true, max_load: 2 } }, "connect", at(8, 0, 0), pass()],
    ["too much for each", { settings: { per_processor: true, max_load: 2 } }, "connect", at(8.1, 0, 0), busy],
    ["a system that does not say", {}, "connect", connectEvent(), pass()],
  ],
  misconfigured: [
    ["other minutes", { settings: { minutes: 2 } }, "settings.minutes", "must be 1, 5 or 15"],
  ],
  asked: [["connections", {}, ["connect"]]],
});
