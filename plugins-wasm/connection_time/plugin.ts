// Writes to the log how long each connection lasted.

import { definePlugin, noting, pass } from "#sdk";
import type { Answer, Host, Plugin } from "#sdk";

type Level = Parameters<Host["log"]>[0];

const plugin: Plugin<Level> = definePlugin({
  configure({ settings }): Level {
    return settings["loglevel"] as Level;
  },

  connect(event): Answer {
    return noting(pass(), { session: { connected: event.time } });
  },

  disconnect(event, level, host): void {
    const connected = event.notes?.session?.["connected"];
    // A plugin in front of this one refused the connection.
    if (typeof connected !== "number") return;
    // Somebody may have set the clock back meanwhile.
    const seconds = Math.max(0, event.time - connected) / 1000;
    host.log(level, `${seconds.toFixed(3)} s. (session ${event.session.id})`);
  },
});

export default plugin;
