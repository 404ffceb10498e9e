// The capability `run`: programs of this machine that the operator named, one at a time for a call, and ended with it.

import { access, constants, stat } from "node:fs/promises";
import * as v from "valibot";
import { Slots } from "../dns/slots.ts";
import { type ProgramEnd, runProgram } from "../platform/start_program.ts";
import { parseRunScope } from "../scopes/run_scope.ts";
import type { CallContext, Capability, Fulfilled } from "./capability.ts";
import { base64Of, done, refused } from "./fulfilled.ts";
import { GrantedScopes } from "./granted_scopes.ts";
import { readRequest } from "./request.ts";
import { fulfilledWithin } from "./time_limit.ts";

const mostGiven = 65_536;
const mostOutput = 65_536;
const mostErrors = 4096;
const mostArguments = 20;
/** Processes are dear: so many at once for all plugins, and so many that wait for one of them to end. */
const atOnce = 16;
const mostWaiting = 100;

const tooLong = `is longer than ${mostGiven} octets`;
const octets = v.optional(
  v.union([
    v.pipe(
      v.strictObject({ text: v.pipe(v.string(), v.check((text) => Buffer.byteLength(text) <= mostGiven, tooLong)) }),
      v.transform(({ text }) => Buffer.from(text)),
    ),
    v.pipe(
      v.strictObject({
        base64: v.pipe(v.string(), v.maxLength(4 * Math.ceil(mostGiven / 3), tooLong), v.base64("is no base64")),
      }),
      v.transform(({ base64 }) => Buffer.from(base64, "base64")),
    ),
    // What is given may be a password: nothing of it may be repeated.
  ], "must be { text } or { base64 } of 65,536 octets at most"),
  { text: "" },
);
const argument = v.pipe(
  v.string("must be a text"),
  v.regex(/^[^\0]{0,1024}$/, "has a NUL, or more than 1,024 characters"),
);

const schema = v.strictObject({
  program: v.pipe(v.string("must be a text"), v.maxLength(255, "is longer than 255 characters")),
  arguments: v.optional(v.pipe(v.array(argument), v.maxLength(mostArguments, `are more than ${mostArguments}`)), []),
  input: octets,
  descriptor3: octets,
  timeout: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60_000)), 10_000),
});

/**
 * Takes `{ program, arguments, input, descriptor3, timeout }`, giving `{ status | signal, output, errors }`, the last two
 * as base64. Codes: badRequest, notGranted, missing, busy, timeout, aborted. One for a process.
 */
export class RunCapability implements Capability {
  readonly name = "run";
  readonly #scopes = new GrantedScopes(parseRunScope);
  readonly #slots = new Slots(atOnce, mostWaiting);

  async prepare(scopes: readonly string[]): Promise<readonly string[]> {
    if (scopes.includes("*")) return ['"run" must name the program: "run:/bin/checkpassword"'];
    const problems = await Promise.all(scopes.map(whyNotRunnable));
    return problems.filter((problem) => problem !== undefined);
  }

  async fulfil(given: unknown, context: CallContext): Promise<Fulfilled> {
    const read = readRequest(schema, given);
    if (read.kind === "refused") return read;
    const { program, timeout, ...rest } = read.request;
    const asked = parseRunScope(program);
    if (asked.kind === "bad") return refused("badRequest", `program ${asked.why}`);
    if (this.#scopes.covering(context.scopes, asked.parts).length === 0) {
      return refused("notGranted", `run:${program} is not granted`);
    }
    return await fulfilledWithin(timeout, context.signal, async (signal) => {
      const entered = await this.#slots.enter(signal);
      if (entered === "full") return refused("busy", `${atOnce} programs run, and ${mostWaiting} wait for that`);
      if (entered === "aborted") return refused("aborted", "it was not waited for");
      try {
        return outcome(program, await runProgram({ ...rest, program, mostOutput, mostErrors }, signal));
      } finally {
        this.#slots.leave();
      }
    });
  }
}

async function whyNotRunnable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile() ? undefined : `${path} is no program`;
  } catch (error) {
    return `${path} cannot be run (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`;
  }
}

function outcome(program: string, end: ProgramEnd): Fulfilled {
  if (end.kind === "notStarted") {
    // Words of Deno, which has no code for it, name the remedy.
    const why = end.code ?? end.message;
    return refused("missing", `${program} cannot be run (${why})`);
  }
  const { status, signal, output, errors } = end;
  return done({
    ...(status === null ? {} : { status }),
    ...(signal === null ? {} : { signal }),
    output: base64Of(output),
    errors: base64Of(errors),
  });
}
