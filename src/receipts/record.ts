// What is kept of one transaction, or of a session outside its transactions: the chain of its decisions, a line of JSON.

/** Whether it is written, and of whom: of those only to whom a refusal was told, or of everybody. */
export type Keep = "refusals" | "all" | "off";

/** One line of the store. What is undefined is not written. */
export interface DecisionRecord {
  /** The code: that of the transaction, or of the session. */
  readonly id: string;
  readonly session: string;
  /** When the session began, in milliseconds since 1970. */
  readonly began: number;
  readonly client: string;
  readonly hello?: string | undefined;
  readonly user?: string | undefined;
  /** The reverse-path, `<>` if it is null. */
  readonly from?: string | undefined;
  /** The recipients that were accepted, the first of them. */
  readonly to?: readonly string[] | undefined;
  /** How many were accepted, if not all are in `to`. */
  readonly recipients?: number | undefined;
  /** Steps that nobody was refused by, and for which there was no room. */
  readonly omitted?: number | undefined;
  readonly steps: readonly Step[];
}

export type Step = FindingStep | NoteStep | FateStep | ReplyStep;

/** `at`: milliseconds after the session began. */
interface At {
  readonly at: number;
}

/** What one plugin found; `found` in the words of the log. */
export interface FindingStep extends At, FindingFacts {
  readonly hook: string;
  readonly plugin: string;
  /** The recipient that RCPT asked about. */
  readonly about?: string | undefined;
  readonly found: string;
}

/** What it said, and what that took. */
export interface FindingFacts {
  readonly why?: string | undefined;
  readonly micros?: number | undefined;
  readonly fuel?: number | undefined;
  readonly as?: string | undefined;
  readonly failure?: string | undefined;
  readonly answered?: string | undefined;
  readonly score?: number | undefined;
  readonly marks?: string | undefined;
}

/** What the server itself knew or decided. */
export interface NoteStep extends At {
  readonly note: string;
  readonly hook?: string | undefined;
  readonly about?: string | undefined;
  /** The plugin on whose earlier word it rests. */
  readonly by?: string | undefined;
  readonly why?: string | undefined;
}

/** What became of the message. */
export interface FateStep extends At {
  readonly fate: string;
  readonly codes: string;
  readonly size: number;
  readonly why?: string | undefined;
}

/** A reply of 400 or above. */
export interface ReplyStep extends At {
  readonly reply: number;
  readonly text: string;
  /** Whose decision it was: a plugin's, or `server`. */
  readonly by: string;
  /** The reason; without one the text says it. */
  readonly why?: string | undefined;
}

/** Characters of a text from outside that are kept. */
const longest = 300;

/** A text from outside, cut where it is too long to be kept. */
export function bounded(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** One line of printable ASCII without its end. */
export function formatRecord({ steps, ...head }: DecisionRecord): string {
  return `${inAscii(head).slice(0, -1)},"steps":[${steps.map(formatStep).join(",")}]}`;
}

function inAscii(value: object): string {
  const json = JSON.stringify(value);
  if (!/[^\x20-\x7e]/.test(json)) return json;
  return json.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Nearly all steps of nearly all records are plugins that pass: written out, they cost a third of what they did. */
function formatStep(step: Step): string {
  if (!("found" in step) || step.found !== "pass" || hasMore(step)) return inAscii(step);
  const { at, hook, plugin, micros, fuel } = step;
  const cost = `${micros === undefined ? "" : `,"micros":${micros}`}${fuel === undefined ? "" : `,"fuel":${fuel}`}`;
  return `{"at":${at},"hook":"${hook}","plugin":"${plugin}","found":"pass"${cost}}`;
}

/** Names of hooks and plugins are words; what else there is may be anything. */
function hasMore({ about, why, as, score, marks }: FindingStep): boolean {
  return about !== undefined || why !== undefined || as !== undefined || score !== undefined || marks !== undefined;
}

/** The record that a line holds; `undefined` for one that was cut, or never was one. */
export function parseRecord(line: string): DecisionRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is DecisionRecord {
  if (typeof value !== "object" || value === null) return false;
  const { id, session, began, client, steps } = value as { readonly [key: string]: unknown };
  if (![id, session, client].every((text) => typeof text === "string")) return false;
  if (typeof began !== "number" || !Array.isArray(steps)) return false;
  return steps.every((step: unknown) => typeof step === "object" && step !== null && "at" in step);
}
