// For tests: which names a plugin has asked for.

import type { FakeHost } from "#sdk/testing";

interface Queries {
  readonly queries: readonly { readonly name: string; readonly type: string }[];
}

/** What was asked side by side, one entry a request, each as `name type`. */
export function dnsQueries({ asked }: FakeHost): readonly (readonly string[])[] {
  const requests = asked.filter(({ capability }) => capability === "dns").map(({ request }) => request as Queries);
  return requests.map(({ queries }) => queries.map(({ name, type }) => `${name} ${type}`));
}
