// Programs that are functions of what they are given.

import { HostError } from "../host/host_error.ts";
import { fromBase64, type Octets, toBase64 } from "../host/octets.ts";

/** `input` and `descriptor3` with each octet as one character. */
export type FakeProgram = (given: {
  readonly arguments: readonly string[];
  readonly input: string;
  readonly descriptor3: string;
}) => { readonly status?: number; readonly signal?: string; readonly output?: Octets; readonly errors?: Octets };

/** By path; there are no others. A program may throw a HostError. */
export type FakeRun = { readonly [program: string]: FakeProgram };

type Encoded = { readonly text?: string; readonly base64?: string };

interface Asked {
  readonly program: string;
  readonly arguments?: readonly string[];
  readonly input: Encoded;
  readonly descriptor3: Encoded;
}

export function fakeRun(programs: FakeRun): (request: object) => unknown {
  return (request) => {
    const { program: path, arguments: given = [], input, descriptor3 } = request as Asked;
    const program = programs[path];
    if (program === undefined) throw new HostError("missing", `fakeHost: there is no program ${path}`);
    const ended = program({
      arguments: given,
      input: charactersOf(input),
      descriptor3: charactersOf(descriptor3),
    });
    const { output = "", errors = "", ...rest } = ended;
    return { ...rest, output: base64Of(output), errors: base64Of(errors) };
  };
}

function base64Of(octets: Octets): string {
  return toBase64(typeof octets === "string" ? new TextEncoder().encode(octets) : octets);
}

function charactersOf({ text, base64 }: Encoded): string {
  const octets = text === undefined ? fromBase64(base64 ?? "") : new TextEncoder().encode(text);
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}
