// Runs first in a daemon that is measured, and prints at SIGUSR2 what each plugin has counted since it was last asked.

import process from "node:process";
import type { Counters } from "../../src/plugins/counters.ts";
import { Plugin } from "../../src/plugins/plugin.ts";

const seen = new Map<Plugin, Counters>();
const { call } = Plugin.prototype;
Plugin.prototype.call = function (this: Plugin, ...given: Parameters<typeof call>): ReturnType<typeof call> {
  if (!seen.has(this)) seen.set(this, this.counters);
  return call.apply(this, given);
};

process.on("SIGUSR2", () => {
  for (const [plugin, before] of seen) {
    const now = plugin.counters;
    const [calls, micros] = [now.answered - before.answered, now.micros - before.micros];
    seen.set(plugin, now);
    console.log(`counted ${plugin.name} ${calls} ${(micros / Math.max(calls, 1)).toFixed(1)}`);
  }
  console.log("counted all");
});
