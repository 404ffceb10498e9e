// Remembers how the sessions of a client, a network or a domain ended: who was naughty is kept out for a while, who was
// nice begins with a point.

import { definePlugin, noting, pass, reject } from "#sdk";
import type { Answer, Asked, Given, Host, Plugin } from "#sdk";
import { changeEntry, unlessStoreFails } from "../shared/remembered.ts";
import { adding, balance, decayed, type Deed, keepFor, penaltyLeft, readHistory, type Terms } from "./history.ts";
import { nameOf, type Naming, readNaming } from "./naming.ts";
import { readTopLevelDomains, scoreOf } from "./top_level_domains.ts";

interface Setup extends Terms {
  readonly strikes: number;
  readonly naming: Naming;
  readonly topLevelDomains: ReadonlyMap<string, number>;
}

const day = 86_400_000;

/** A better balance than this is worth a point. */
const known = 10;

const whose = { address: "You were", network: "Your network was", domain: "Your domain was" } as const;

/** Sessions of one client may end at the same time. */
const attempts = 50;

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const topLevelDomains = readTopLevelDomains(given);
    const isScored = topLevelDomains.size > 0 && given.settings["top_level_domains"] === true;
    if (!isScored) given.unused("mail");
    return {
      ...readTerms(given),
      strikes: Number(given.settings["strikes"]),
      naming: readNaming(given),
      topLevelDomains,
    };
  },

  connect(event, setup, host): Answer {
    const { time } = event;
    const name = nameOf(event, setup.naming);
    if (name === undefined) return pass();
    return unlessStoreFails(host, pass(), () => {
      const history = readHistory(host.store.get(name), time);
      const left = penaltyLeft(history, time);
      if (left > 0) {
        const days = (left / day).toFixed(2);
        return reject(`${whose[setup.naming.key]} naughty. You cannot connect for ${days} more days.`);
      }
      return balance(decayed(history, time, setup)) > known ? { ...pass(), score: 1 } : pass();
    });
  },

  mail({ reversePath, notes }, { topLevelDomains }): Answer {
    if (reversePath === null) return pass();
    const score = scoreOf(topLevelDomains, reversePath);
    const before = notes?.session?.["domain"];
    // Once a session, and the worst of its domains: a score could be raised to any height by MAIL and RSET.
    if (typeof before !== "number") return scoring(score, score);
    return score < before ? scoring(score - before, score) : pass();
  },

  disconnect(event, setup, host): Answer {
    const deed = deedOf(event.session, setup);
    const name = deed === undefined ? undefined : nameOf(event, setup.naming);
    if (deed === undefined || name === undefined) return pass();
    return unlessStoreFails(host, pass(), () => {
      remember(deed, name, event.time, setup, host);
      return pass();
    });
  },
});

export default plugin;

function readTerms({ settings }: Given): Terms {
  const decay = Number(settings["decay_days"]);
  return {
    negative: Number(settings["negative"]),
    penalty: Number(settings["penalty_days"]) * day,
    halfLife: decay === 0 ? Infinity : decay * day,
  };
}

function scoring(score: number, domain: number): Answer {
  return { ...noting(pass(), { session: { domain } }), score };
}

/** What the host has found of this session, all plugins together. */
function deedOf({ score = 0, marks = [] }: Asked["session"], { strikes }: Setup): Deed | undefined {
  // The sins of a user at home are not those of everyone behind his address, who must still be able to log in.
  if (marks.length > 0) return undefined;
  if (score <= -strikes) return "naughty";
  return score >= strikes ? "nice" : undefined;
}

function remember(deed: Deed, name: string, time: number, terms: Terms, host: Host): void {
  const { kind, ending } = changeEntry(host, name, attempts, (entry) => {
    const history = adding(deed, readHistory(entry, time), time, terms);
    return { ending: history, write: { value: { ...history }, expires: keepFor(history, time, terms) } };
  });
  const what = `${deed} session of ${name}, balance ${balance(ending)}`;
  if (kind === "contended") host.log("warn", `${what}: not remembered, too many sessions ended at once`);
  else host.log("info", penaltyLeft(ending, time) > 0 ? `${what}, under penalty` : what);
}
