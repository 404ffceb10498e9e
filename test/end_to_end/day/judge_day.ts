// What the server keeps of a day: the messages, and who decided what. Compared with the rows.

import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { decisionFiles, decisionsFolder } from "../../../src/receipts/journal.ts";
import { type DecisionRecord, parseRecord, type Step as RecordStep } from "../../../src/receipts/record.ts";
import { mailIn } from "../../support/daemon_process.ts";
import type { Played } from "./play_kind.ts";

export interface Kept {
  readonly records: readonly DecisionRecord[];
  /** As UTF-8. */
  readonly messages: readonly string[];
}

/** Of a server that has stopped. */
export async function keptIn(state: string): Promise<Kept> {
  const files = await decisionFiles(join(state, decisionsFolder));
  const texts = await Promise.all(files.map(({ path }) => readFile(path, "latin1")));
  const records = texts.flatMap((text) => text.split("\n").map(parseRecord)).filter((record) => record !== undefined);
  return { records, messages: mailIn(join(state, "maildir")).map((octets) => Buffer.from(octets).toString("utf8")) };
}

/** All that is not as the row says, a line each. */
export function judge(played: Played, kept: Kept): readonly string[] {
  if (played.problems.length > 0) return played.problems;
  return [...judgeMail(played, kept), ...judgeRefusals(played, kept), ...judgeLog(played, kept)];
}

function judgeMail({ kind, ids }: Played, { messages }: Kept): readonly string[] {
  const { arrives = 0, bears = [], lacks = [] } = kind;
  const arrived = ids.flatMap((id) => messages.filter((text) => idOf(text) === id));
  const first = (arrived[0] ?? "").replaceAll(/\r\n([ \t])/g, "$1");
  return [
    ...ids.length === arrives ? [] : [`${ids.length} messages were acknowledged, not ${arrives}`],
    ...arrived.length === arrives ? [] : [`${arrived.length} messages have arrived, not ${arrives}`],
    ...bears.filter((text) => !first.includes(text)).map((text) => `not in the message: ${text}\n${first}`),
    ...lacks.filter((text) => first.includes(text)).map((text) => `in the message: ${text}\n${first}`),
  ];
}

/** Of the trace field on top. */
export function idOf(message: string): string | undefined {
  return /^Received:(?:[^\n]|\n[ \t])*? id ([^\s;]+)/m.exec(message)?.[1];
}

function judgeRefusals({ refusals }: Played, { records }: Kept): readonly string[] {
  return refusals.flatMap(({ step: [says, hears, by = "nobody"], code }) => {
    const steps = records.find(({ id }) => id === code)?.steps;
    if (steps === undefined) return [`${says}: nothing is kept under ${code}`];
    const told = steps.filter((step) => "reply" in step).filter((step) => isReply(step, hears)).map((step) => step.by);
    return told.includes(by) ? [] : [`${says}: ${hears} was told by ${told.join() || "nobody"}, not by ${by}`];
  });
}

/** Plugins that did not do their work. */
export function failuresIn({ records }: Kept): readonly string[] {
  return records.flatMap(({ client, steps }) => {
    const failed = steps.filter((step) => "found" in step).filter((step) => step.failure !== undefined);
    return failed.map(({ hook, plugin, failure, why }) =>
      `${plugin} failed at ${hook} for ${client}: ${failure}, ${why}`
    );
  });
}

/** The last line of several has the code. */
function isReply({ reply, text }: Extract<RecordStep, { readonly reply: number }>, hears: string): boolean {
  const last = (hears.split("\n").at(-1) ?? "").slice(4).replace(/^[45]\.\d+\.\d+ /, "");
  return String(reply) === hears.slice(0, 3) && text.endsWith(last);
}

function judgeLog({ kind }: Played, { records }: Kept): readonly string[] {
  const addresses = [
    kind.address,
    ...kind.steps.flatMap(([says]) => /^\(comes again from (.*)\)$/.exec(says)?.[1] ?? []),
  ];
  const own = records.filter(({ client }) => addresses.includes(client)).flatMap(({ steps }) => steps);
  const found = own.filter((step) => "found" in step);
  const accepted = kind.steps.filter(([, hears, by]) => /^2/.test(hears) && by !== undefined);
  return [
    ...accepted.flatMap(([says, , by = ""]) => {
      const about = /<(.*)>/.exec(says)?.[1] ?? "";
      const decided = found.some((step) => step.plugin === by && step.found === "accept" && isAbout(step.about, about));
      return decided || says === "" || says.includes("\n") ? [] : [`${says} was not accepted by ${by}`];
    }),
    ...(kind.log ?? []).flatMap((line) => {
      const isThere = found.some(({ hook, plugin, found }) => `${hook} ${plugin} ${found}` === line);
      return isThere ? [] : [`not in the decisions: ${line}; but ${logged(found)}`];
    }),
  ];
}

function isAbout(about: string | undefined, path: string): boolean {
  return about === undefined || about.includes(path);
}

function logged(found: readonly { readonly hook: string; readonly plugin: string; readonly found: string }[]): string {
  return found.map(({ hook, plugin, found }) => `${hook} ${plugin} ${found}`).join(" / ");
}
