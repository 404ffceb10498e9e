// For tests of plugins that read zones from a list: what such a list must hold, and that without zones nobody is asked.

import type { HookName } from "#sdk";
import type { Asked, Misconfigured } from "./cases.ts";

interface ZoneListCases {
  readonly misconfigured: readonly Misconfigured[];
  readonly asked: readonly Asked[];
}

export function zoneListCases(list: string, hook: HookName): ZoneListCases {
  return {
    misconfigured: [[
      "a zone that is none",
      { lists: { [list]: ["a.test", "nonsense"] } },
      `lists.${list}[1]`,
      '"nonsense" does not begin',
    ]],
    asked: [
      ["without zones it is not asked", {}, []],
      ["with a zone it is", { lists: { [list]: ["bl.test"] } }, [hook]],
    ],
  };
}
