// Lets nobody in. That it is asked at all makes the server offer AUTH, and whom nobody lets in stays outside.

import { definePlugin, pass } from "#sdk";
import type { Answer, Plugin } from "#sdk";

const plugin: Plugin<undefined> = definePlugin({
  auth(): Answer {
    return pass();
  },
});

export default plugin;
