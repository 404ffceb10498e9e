// A store in memory, with a clock of its own for what expires.

import type { Json } from "../../contract/contract.ts";
import { HostError } from "../host/host_error.ts";

/** What is there at the beginning. */
export type FakeStore = { readonly [key: string]: Json };

interface Asked {
  readonly do: string;
  readonly key: string;
  readonly value: Json;
  readonly expected?: Json;
  readonly by?: number;
  readonly expires?: number;
  readonly refresh?: boolean;
  readonly prefix: string;
  readonly limit?: number;
  readonly after?: string;
}

interface Entry {
  readonly value: Json;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** `now` in milliseconds since 1970. */
export function fakeStore(initial: FakeStore, now: () => number): (request: object) => unknown {
  const entries = new Map<string, Entry>(
    Object.entries(initial).map(([key, value]) => [key, { value, until: Infinity }]),
  );
  const find = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && entry.until > now() ? entry : undefined;
  };
  const untilOf = (expires?: number): number => expires === undefined ? Infinity : now() + expires * 1000;
  const put = ({ key, value, expires }: Asked): void => void entries.set(key, { value, until: untilOf(expires) });
  const steps: { readonly [step: string]: (asked: Asked) => unknown } = {
    get: ({ key }) => withValue({}, find(key)),
    set: (asked) => {
      put(asked);
      return null;
    },
    compareAndSet: (asked) => {
      const there = find(asked.key);
      if (canonical(there?.value) !== canonical(asked.expected)) return withValue({ stored: false }, there);
      put(asked);
      return { stored: true };
    },
    increment: ({ key, by = 1, expires, refresh = false }) => {
      const there = find(key);
      const sum = Number(there?.value ?? 0) + by;
      if (typeof (there?.value ?? 0) !== "number" || !Number.isSafeInteger(sum)) {
        throw new HostError("conflict", `${JSON.stringify(key)} holds, or would hold, no safe integer`);
      }
      entries.set(key, { value: sum, until: there === undefined || refresh ? untilOf(expires) : there.until });
      return sum;
    },
    delete: ({ key }) => find(key) !== undefined && entries.delete(key),
    scan: ({ prefix, limit = 100, after = "" }) => {
      const keys = [...entries.keys()].filter((key) =>
        key.startsWith(prefix) && key > after && find(key) !== undefined
      );
      const page = keys.sort().slice(0, limit).map((key) => ({ key, value: find(key)?.value ?? null }));
      return keys.length > limit ? { entries: page, after: page.at(-1)?.key } : { entries: page };
    },
  };
  return (request) => steps[(request as Asked).do]?.(request as Asked);
}

function withValue(object: object, entry: Entry | undefined): object {
  return entry === undefined ? object : { ...object, value: entry.value };
}

/** One text for equal values, whatever the order of their members. */
function canonical(value: Json | undefined): string | undefined {
  return JSON.stringify(value, (_key, member: Json) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => a < b ? -1 : 1));
  });
}
