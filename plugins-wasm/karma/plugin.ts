// Remembers how the sessions of a client ended: who was naughty is kept out for a while, who was nice begins with a point.

import { definePlugin, noting, pass, reject } from "#sdk";
import type { Answer, Asked, Given, Host, Plugin } from "#sdk";
import { clientNetwork } from "../shared/client_network.ts";
import { changeEntry, unlessStoreFails } from "../shared/remembered.ts";
import { keyPart } from "../shared/store_key.ts";
import { adding, balance, decayed, type Deed, keepFor, penaltyLeft, readHistory, type Terms } from "./history.ts";
import { readTopLevelDomains, scoreOf } from "./top_level_domains.ts";

interface Setup extends Terms {
  readonly strikes: number;
  readonly topLevelDomains: ReadonlyMap<string, number>;
}

const day = 86_400_000;

/** A better balance than this is worth a point. */
const known = 10;

/** Sessions of one client may end at the same time. */
const attempts = 50;

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const topLevelDomains = readTopLevelDomains(given);
    if (topLevelDomains.size === 0) given.unused("mail");
    return { ...readTerms(given), strikes: Number(given.settings["strikes"]), topLevelDomains };
  },

  connect({ time, session }, setup, host): Answer {
    return unlessStoreFails(host, pass(), () => {
      const history = readHistory(host.store.get(keyOf(session)), time);
      const left = penaltyLeft(history, time);
      if (left > 0) {
        return reject(`You were naughty. You cannot connect for ${(left / day).toFixed(2)} more days.`);
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

  disconnect({ time, session }, setup, host): Answer {
    const deed = deedOf(session, setup);
    if (deed === undefined) return pass();
    return unlessStoreFails(host, pass(), () => {
      remember(deed, session, time, setup, host);
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

function remember(deed: Deed, session: Asked["session"], time: number, terms: Terms, host: Host): void {
  const { kind, ending } = changeEntry(host, keyOf(session), attempts, (entry) => {
    const history = adding(deed, readHistory(entry, time), time, terms);
    return { ending: history, write: { value: { ...history }, expires: keepFor(history, time, terms) } };
  });
  const what = `${deed} session of ${keyOf(session)}, balance ${balance(ending)}`;
  if (kind === "contended") host.log("warn", `${what}: not remembered, too many sessions ended at once`);
  else host.log("info", penaltyLeft(ending, time) > 0 ? `${what}, under penalty` : what);
}

function keyOf({ client: { address } }: Asked["session"]): string {
  return clientNetwork(address) ?? keyPart(address);
}
