// `host.run`: programs of this machine that the operator named, without a shell, ended with the call.

import type { HostAccess } from "./host_access.ts";
import { encoded, fromBase64, type Octets } from "./octets.ts";

export interface RunRequest {
  /** The absolute path, just as the need or the grant names it. */
  readonly program: string;
  /** 20 at most, of 1,024 characters each, and no NUL in them; none unless given. */
  readonly arguments?: readonly string[];
  /** What it can read from file descriptor 0, and from 3: 65,536 octets at most; nothing unless given. */
  readonly input?: Octets;
  readonly descriptor3?: Octets;
  /** Milliseconds: 10,000 unless given, 60,000 at most. */
  readonly timeout?: number;
}

export interface RunResult {
  /** 0 to 255; absent if a signal ended it. */
  readonly status?: number;
  readonly signal?: string;
  /** The first 65,536 octets that it wrote to file descriptor 1, and the first 4,096 to 2; the rest is thrown away. */
  readonly output: Uint8Array;
  readonly errors: Uint8Array;
}

export interface Run {
  /**
   * Runs it to its end, with an empty environment and in `/`. HostError: `missing` (there is no such program, or it may
   * not be run), `busy` (too many run already), `timeout`. A program that is late, or whose call is over, is killed.
   */
  program(request: RunRequest): RunResult;
}

interface Ended {
  readonly status?: number;
  readonly signal?: string;
  readonly output: string;
  readonly errors: string;
}

export function runOf({ call }: HostAccess): Run {
  return {
    program({ input = "", descriptor3 = "", ...rest }: RunRequest): RunResult {
      const request = { ...rest, input: encoded(input), descriptor3: encoded(descriptor3) };
      const { output, errors, ...ended } = call("run", request) as Ended;
      return { ...ended, output: fromBase64(output), errors: fromBase64(errors) };
    },
  };
}
