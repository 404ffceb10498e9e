// The day for an administrator: DAY.md, made of the rows.

import { type Chapter, chapters } from "./all_kinds.ts";
import { type Kind, onDay, type Step } from "./kind.ts";

const introduction = `# A day of the server

Who comes, and what becomes of it, with the shipped configuration (config/qpsmtpd.toml): as it is, with filled lists, and
with all plugins switched on that the file offers, but for those that let in users. \`day_test.ts\` plays all of it
to the server on each runtime, and compares every reply, who decided it, and which messages arrive. This file is made of
the same rows by \`node test/end_to_end/day/write_day.ts\`.
`;

export function dayText(): string {
  return `${[introduction, ...chapters.map(tableOf), "# What they say\n", ...chapters.map(dialoguesOf)].join("\n")}`;
}

function tableOf({ title, kinds }: Chapter): string {
  const rows = kinds.map((kind) => {
    const [first, second] = [outcomeOf(onDay(kind, false)), outcomeOf(onDay(kind, true))];
    return `| ${kind.kind} | ${kind.address} | ${first} | ${first === second ? "the same" : second} |`;
  });
  return [`## ${title}`, "", "| client | from | as shipped | all switched on |", "|---|---|---|---|", ...rows, ""].join(
    "\n",
  );
}

/** What comes of it, in words. */
export function outcomeOf({ steps, arrives = 0, because }: Kind): string {
  const refusals = steps.filter(([, hears]) => /^[45]/.test(hears));
  const told = refusals.map(refusalOf);
  if (told.length > 3) told.splice(1, told.length - 2, `${told.length - 2} more`);
  const words = [
    ...told,
    ...steps.at(-1)?.[1] === "closed" ? ["closed"] : [],
    ...arrives === 0 ? [] : [arrives === 1 ? "**arrives**" : `**${arrives} arrive**`],
  ];
  const outcome = words.length === 0 ? "no refusal" : words.join("; ");
  return because === undefined ? outcome : `${outcome} (${because})`;
}

function refusalOf([, hears, by = ""]: Step): string {
  const [last = ""] = hears.split("\n").slice(-1);
  return `\`${last}\` by ${by}`;
}

function dialoguesOf({ title, kinds }: Chapter): string {
  return [`## ${title}`, "", ...kinds.flatMap((kind) => dialogueOf(kind))].join("\n");
}

function dialogueOf(kind: Kind): readonly string[] {
  const blocks = [`### ${kind.kind}`, "", ...blockOf(onDay(kind, false).steps)];
  if (kind.whenAllIsOn?.steps === undefined) return blocks;
  return [...blocks, "With all switched on:", "", ...blockOf(kind.whenAllIsOn.steps)];
}

function blockOf(steps: readonly Step[]): readonly string[] {
  return ["```", ...abridged(steps).flatMap(linesOf), "```", ""];
}

/** Of many steps with the same reply in a row the first and the last. */
function abridged(steps: readonly Step[]): readonly (Step | number)[] {
  const shown: (Step | number)[] = [];
  for (let at = 0; at < steps.length;) {
    const run = steps.slice(at).findIndex(([, hears]) => hears !== steps[at]?.[1]);
    const end = run === -1 ? steps.length : at + run;
    const [first, last] = [steps[at], steps[end - 1]];
    if (end - at > 5 && first !== undefined && last !== undefined) shown.push(first, end - at - 2, last);
    else shown.push(...steps.slice(at, end));
    at = end;
  }
  return shown;
}

function linesOf(step: Step | number): readonly string[] {
  if (typeof step === "number") return [`   (and ${step} more like it)`];
  const [says, hears, by] = step;
  const said = says === "" ? [] : says.includes("\n") ? says.trimEnd().split(/(?<=\n)/) : [says];
  return [
    ...said.map((line) => `C: ${JSON.stringify(line.replace(/\r\n$/, "")).slice(1, -1).replaceAll('\\"', '"')}`),
    ...hears === "" ? [] : hears.split("\n").map((line) => `S: ${line}`),
  ].map((line, at, all) => by !== undefined && at === all.length - 1 ? `${line.padEnd(60)}  [${by}]` : line);
}
