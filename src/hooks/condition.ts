// Whether a plugin wants to be asked of this event, by the conditions in its manifest. Pure.

import type { Condition, ConditionName } from "../../sdk/contract/condition.ts";
import type { Event, Events } from "../../sdk/contract/event.ts";

type Facts = Partial<Events["connect"] & Events["mail"] & Events["rcpt"] & Events["queue"]>;

/** What each condition is held against; undefined where the event does not say. */
const facts: { readonly [C in ConditionName]: (event: Event, wanted: Condition) => Condition[C] } = {
  early: (event) => (event as Facts).early === true,
  hello: ({ session }) => session.hello !== undefined,
  verb: ({ session }) => session.hello?.verb,
  tls: ({ session }) => session.tls !== undefined,
  authenticated: ({ session }) => session.user !== undefined,
  relay: ({ session }) => session.marks?.includes("relay") ?? false,
  allowed: ({ session }) => session.marks?.includes("allowed") ?? false,
  nullReversePath: (event) => {
    const { transaction, reversePath } = event as Facts;
    return (transaction === undefined ? reversePath : transaction.reversePath) === null;
  },
  scoreBelow: ({ session: { score = 0 } }, { scoreBelow = 0 }) => score < scoreBelow ? scoreBelow : undefined,
  largerThan: (event, { largerThan = 0 }) => sizeOf(event) > largerThan ? largerThan : undefined,
  smallerThan: (event, { smallerThan = 0 }) => sizeOf(event) < smallerThan ? smallerThan : undefined,
  header: (event, { header = "" }) => {
    const name = header.toLowerCase();
    return (event as Facts).headers?.some(([each]) => each.toLowerCase() === name) === true ? header : undefined;
  },
};

/** The first that does not hold, if any. `event` is whole: what the plugin is not granted counts as well. */
export function unmet(condition: Condition, event: Event): ConditionName | undefined {
  const names = Object.keys(condition) as readonly ConditionName[];
  return names.find((name) => facts[name](event, condition) !== condition[name]);
}

function sizeOf(event: Event): number {
  return (event as Facts).size ?? 0;
}
