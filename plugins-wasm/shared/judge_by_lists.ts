// What dnsbl and rhsbl share: asking the lists of a file, and refusing whom they name together.

import { defer, pass, reject } from "#sdk";
import type { Answer, Given, Host, Verdict } from "#sdk";
import { askLists, type ListQuestion, textOf } from "./ask_lists.ts";
import { type DnsList, readDnsLists } from "./dns_list.ts";
import { weigh } from "./weigh_lists.ts";

export interface ListPolicy {
  readonly lists: readonly DnsList[];
  readonly threshold: number;
  readonly deferUnanswered: boolean;
  readonly timeout: number;
}

export interface Suspect extends Pick<ListQuestion, "name" | "control" | "time"> {
  /** As the client may read it: printable ASCII. */
  readonly shown: string;
  /** What stands for it in the operator's messages. */
  readonly placeholder: "%IP%" | "%DOMAIN%";
}

/** Reads the list file of that name, and the settings `threshold`, `defer_unanswered` and `timeout`. */
export function readListPolicy(given: Given, name: string): ListPolicy {
  const { threshold, defer_unanswered: deferUnanswered, timeout } = given.settings;
  return {
    lists: readDnsLists(given, name),
    threshold: Number(threshold),
    deferUnanswered: deferUnanswered === true,
    timeout: Number(timeout),
  };
}

/** Takes a point for each list that names the suspect, whatever comes of it. */
export function judgeByLists(host: Host, policy: ListPolicy, suspect: Suspect): Answer {
  const question = { ...suspect, timeout: policy.timeout };
  const weighed = weigh(askLists(host, policy.lists, question), policy.threshold);
  const { hits } = weighed;
  const score = hits.length > 0 ? { score: -hits.length } : {};
  if (weighed.kind === "undecided" && policy.deferUnanswered) {
    const zones = weighed.missing.map(({ zone }) => zone);
    return { ...defer(`Cannot ask ${zones[0]} now, try again later`, { status: "4.7.1" }), ...score };
  }
  if (weighed.sum < policy.threshold) {
    if (hits.length > 0) host.log("info", `${suspect.shown} is listed by ${named(hits)}: ${weighed.sum} points`);
    return { ...pass(), ...score };
  }
  return { ...refusal(host, hits, suspect, question), ...score };
}

/** In the words of the operator, or of the list: that is asked only now, since most clients never come so far. */
function refusal(host: Host, hits: readonly DnsList[], suspect: Suspect, question: ListQuestion): Verdict {
  const [first] = hits;
  // Weights above the threshold come from somewhere.
  if (first === undefined) return pass();
  const { shown, placeholder } = suspect;
  const text = first.message?.replaceAll(placeholder, () => shown) ?? textOf(host, first, question) ??
    `${shown} is listed by ${first.zone}`;
  return reject(text.slice(0, 400), { status: "5.7.1" });
}

function named(lists: readonly DnsList[]): string {
  return lists.map(({ zone }) => zone).join(", ");
}
