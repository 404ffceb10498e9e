// Asks DNS lists about one name, all side by side, and leaves out those that list everything.

import type { Host } from "#sdk";
import { askDns, type Found } from "./ask_dns.ts";
import { believed, recallTested, rememberTested, type Tested } from "./dead_lists.ts";
import { type DnsList, isError, meaningOf } from "./dns_list.ts";
import { printable } from "./printable.ts";

export interface ListQuestion {
  /** What stands in front of the zone: a reversed address or a domain, in ASCII. */
  readonly name: string;
  /** What no living list lists, in the place of `name`: 127.0.0.1 or `invalid` (RFC 5782 §5). */
  readonly control: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Seconds for all answers. */
  readonly timeout: number;
}

export type ListAnswer =
  | { readonly list: DnsList; readonly said: "listed" | "clear" }
  | { readonly list: DnsList; readonly said: "unanswered"; readonly why: string };

type Asking = Pick<Host, "dns" | "store" | "log">;
type FoundByName = ReadonlyMap<string, Found<"A">>;

/** An answer for each list that is not dead, in their order. A zone is tested in the same request, once an hour. */
export function askLists(host: Asking, lists: readonly DnsList[], question: ListQuestion): readonly ListAnswer[] {
  const { name, control, time } = question;
  const recalled = recallTested(host, time);
  // A zone may stand there twice, with other codes and another weight. RFC 1035 §2.3.4: a name has 253 characters.
  const zones = [...new Set(lists.map(({ zone }) => zone))].filter((zone) => name.length + zone.length < 253);
  const asked = zones.filter((zone) => recalled[`${control}.${zone}`]?.dead !== true);
  const untested = asked.filter((zone) => recalled[`${control}.${zone}`] === undefined);
  const found = findAddresses(host, [
    ...asked.map((zone) => `${name}.${zone}`),
    ...untested.map((zone) => `${control}.${zone}`),
  ], question);

  const tested = testResults(untested, question, found);
  const dead = untested.filter((zone) => tested[`${control}.${zone}`]?.dead === true);
  for (const zone of dead) host.log("warn", `${zone} lists ${control}, so everything: it is ignored for an hour`);
  if (Object.keys(tested).length > 0) rememberTested(host, { ...recalled, ...tested });

  const alive = lists.filter(({ zone }) => asked.includes(zone) && !dead.includes(zone));
  const answers = alive.map((list) => answerOf(list, found.get(`${name}.${list.zone}`)));
  const silent = answers.flatMap(({ list, ...rest }) =>
    rest.said === "unanswered" ? [`${list.zone}: ${rest.why}`] : []
  );
  for (const line of new Set(silent)) host.log("warn", line);
  return answers;
}

/** The text of the list's own record, made fit for a reply. Two seconds: the server has just answered. */
export function textOf(host: Pick<Host, "dns">, { zone }: DnsList, { name }: ListQuestion): string | undefined {
  const [text] = askDns(host, [{ name: `${name}.${zone}`, type: "TXT" }], 2);
  const first = text?.kind === "found" ? printable(text.records[0] ?? "", 200).trim() : "";
  return first === "" ? undefined : first;
}

/** No answer is no result: the next session asks again. */
function testResults(zones: readonly string[], { control, time }: ListQuestion, found: FoundByName): Tested {
  return Object.fromEntries(zones.flatMap((zone) => {
    const dead = isDead(found.get(`${control}.${zone}`));
    return dead === undefined ? [] : [[`${control}.${zone}`, { dead, until: time + believed }]];
  }));
}

function isDead(found: Found<"A"> | undefined): boolean | undefined {
  if (found === undefined || found.kind === "unanswered") return undefined;
  if (found.kind === "none") return false;
  if (found.records.some(isError)) return undefined;
  return found.records.some((address) => address.startsWith("127."));
}

function findAddresses(host: Asking, names: readonly string[], { timeout }: ListQuestion): FoundByName {
  const found = askDns(host, names.map((name) => ({ name, type: "A" as const })), timeout);
  return new Map(found.map((each, index) => [names[index] ?? "", each]));
}

function answerOf(list: DnsList, found: Found<"A"> | undefined): ListAnswer {
  if (found === undefined || found.kind === "none") return { list, said: "clear" };
  if (found.kind === "unanswered") return { list, said: "unanswered", why: printable(found.why, 200) };
  const meanings = found.records.map((address) => meaningOf(list, address));
  if (meanings.includes("listed")) return { list, said: "listed" };
  if (!meanings.includes("error")) return { list, said: "clear" };
  return { list, said: "unanswered", why: `the answer is ${found.records.slice(0, 3).join(" ")}, an error` };
}
