// Turns new sessions away while this machine is too busy; those under way go on.

import { defer, definePlugin, pass } from "#sdk";
import type { Answer, Plugin } from "#sdk";

interface Setup {
  readonly most: number;
  /** Which of the event's averages. */
  readonly average: 0 | 1 | 2;
  readonly perProcessor: boolean;
}

const spans = [1, 5, 15];

const plugin: Plugin<Setup> = definePlugin({
  configure({ settings, problem }): Setup {
    const average = spans.indexOf(Number(settings["minutes"]));
    if (average < 0) problem("settings.minutes", "must be 1, 5 or 15: the system counts no other average");
    return {
      most: Number(settings["max_load"]),
      average: average === 1 ? 1 : average === 2 ? 2 : 0,
      perProcessor: settings["per_processor"] === true,
    };
  },

  connect({ load }, { most, average, perProcessor }, host): Answer {
    if (load === undefined) return pass();
    const busy = load.averages[average] / (perProcessor ? load.processors : 1);
    if (busy <= most) return pass();
    host.log("info", `the load is ${busy.toFixed(2)}, more than ${most}`);
    return defer("Server load too high, please try again later.", { status: "4.3.2" });
  },
});

export default plugin;
