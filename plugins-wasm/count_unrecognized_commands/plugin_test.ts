// How many unknown commands a session may have.

import { noting, pass, reject } from "#sdk";
import type { Answer, UnrecognizedCommandEvent } from "#sdk";
import { unrecognizedCommandEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const two = { settings: { max: 2 } };

function after(count: number): UnrecognizedCommandEvent {
  return unrecognizedCommandEvent({ notes: { session: { count } } });
}

function going(count: number): Answer {
  return noting(pass(), { session: { count } });
}

function closing(count: number): Answer {
  const text = `Closing connection, ${count} unrecognized commands. Perhaps you should read RFC 2821?`;
  return noting(reject(text, { code: 521, status: "5.5.1", disconnect: true }), { session: { count } });
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    ["the first is only counted", two, "unrecognized_command", unrecognizedCommandEvent(), going(1)],
    ["the one at the limit closes the session", two, "unrecognized_command", after(1), closing(2)],
    ["so does any above it", two, "unrecognized_command", after(2), closing(3)],
    ["nothing is remembered but the notes", two, "unrecognized_command", unrecognizedCommandEvent(), going(1)],
    ["three are borne by default", {}, "unrecognized_command", after(2), going(3)],
    ["the fourth is not", {}, "unrecognized_command", after(3), closing(4)],
    [
      "a limit of one bears none",
      { settings: { max: 1 } },
      "unrecognized_command",
      unrecognizedCommandEvent(),
      closing(1),
    ],
  ],
});
