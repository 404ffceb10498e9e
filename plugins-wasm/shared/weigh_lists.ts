// From what the lists said to one sum. Pure.

import type { DnsList } from "./dns_list.ts";
import type { ListAnswer } from "./ask_lists.ts";

export type Weighed =
  /** `hits`: lists with a weight above 0 that name the suspect. */
  | { readonly kind: "decided"; readonly hits: readonly DnsList[]; readonly sum: number }
  /** `missing`: lists that did not answer, and whose answers would decide; without them it is `sum`. */
  | {
    readonly kind: "undecided";
    readonly hits: readonly DnsList[];
    readonly sum: number;
    readonly missing: readonly DnsList[];
  };

/** The weights of all that list it, against the threshold. */
export function weigh(answers: readonly ListAnswer[], threshold: number): Weighed {
  const listed = answers.filter(({ said }) => said === "listed").map(({ list }) => list);
  const missing = answers.filter(({ said }) => said === "unanswered").map(({ list }) => list);
  const hits = listed.filter(({ weight }) => weight > 0);
  const sum = total(listed);
  const least = sum + total(missing.filter(({ weight }) => weight < 0));
  const most = sum + total(missing.filter(({ weight }) => weight > 0));
  if (least < threshold && most >= threshold) return { kind: "undecided", hits, sum, missing };
  return { kind: "decided", hits, sum };
}

function total(lists: readonly DnsList[]): number {
  return lists.reduce((sum, { weight }) => sum + weight, 0);
}
