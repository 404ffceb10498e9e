// The capability `clock`: the time now. The time of an event stands still while the plugin works on it.

import * as v from "valibot";
import type { Capability } from "./capability.ts";
import { done } from "./fulfilled.ts";
import { readRequest } from "./request.ts";

const schema = v.strictObject({});

/** `{}` is answered with milliseconds since 1970. `now` is for tests. */
export function clockCapability(now: () => number = Date.now): Capability {
  return {
    name: "clock",
    fulfil: (request) => {
      const read = readRequest(schema, request);
      return read.kind === "request" ? done(now()) : read;
    },
  };
}
