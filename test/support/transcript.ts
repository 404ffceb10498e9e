// Reads a transcript: a dialogue between clients and the server as people write one, with the setting above it.

import { octetsOf } from "./transcript_octets.ts";

/** What happens next, in the order of the file. `client` is 1 for `C:` and `S:`, 2 for `C2:` and `S2:`. */
export type Step = At & (Sends | Replies | AsUsual | Plain | Pause | Delivers);

interface At {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly client: number;
}
/** `text` in the notation of transcripts, its CRLF written out. */
interface Sends {
  readonly kind: "sends";
  readonly text: string;
}
/** One reply; `origin` is the function of replies.ts that it must come from, if the file says so. */
export interface Replies {
  readonly kind: "replies";
  readonly lines: readonly string[];
  readonly origin?: string;
}
/** Greeting, EHLO, and its reply, whatever it lists; or STARTTLS, handshake, EHLO and its reply. */
interface AsUsual {
  readonly kind: "hello" | "tls";
}
interface Plain {
  readonly kind: "closed" | "handshake" | "hangsUp" | "shutdown" | "ended";
}
interface Pause {
  readonly kind: "pause";
  readonly milliseconds: number;
}
/** The newest message that was delivered, below the server's trace field. */
interface Delivers {
  readonly kind: "delivers";
  readonly lines: readonly string[];
}

export interface Transcript {
  /** What it shows, for people. */
  readonly title: string;
  /** TOML. */
  readonly header: string;
  readonly steps: readonly Step[];
}

const spoken = /^(C|S|D)(\d*)(:|\||\+)(?: (.*)|(TLS))?$/s;
const suffix = /^(.*?)(?: {2,}\((\d+) x\))?(?: {2,}# (\w+))?$/s;

/** Throws, with the number of the line, what cannot be understood. */
export function parseTranscript(text: string): Transcript {
  const [header = "", body, ...more] = text.split(/^---\n/m);
  if (body === undefined || more.length > 0) throw new Error("A transcript is a header, a line ---, and a dialogue");
  const title = /^(?:# .*\n)+/.exec(header)?.[0].replace(/^# /gm, "").replaceAll("\n", " ").trim();
  if (title === undefined) throw new Error("A transcript begins with a comment that says what it shows");
  const before = header.split("\n").length;
  const steps: Step[] = [];
  for (const [i, line] of body.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    try {
      append(steps, line, before + i + 1);
    } catch (error) {
      throw new Error(`line ${before + i + 1}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (steps.some((step) => step.kind === "replies" && isOpen(step))) throw new Error("A reply lacks its last line");
  return { title, header, steps };
}

function append(steps: Step[], text: string, line: number): void {
  const direction = /^\((\d+: )?(.*)\)$/.exec(text);
  if (direction !== null) {
    return void steps.push(directed(direction[2] ?? "", line, Number.parseInt(direction[1] ?? "1")));
  }
  const [, who, number = "", mark, said = "", tls] = spoken.exec(text) ?? [];
  const client = number === "" ? 1 : Number(number);
  if (who === "C" && mark === "+" && tls !== undefined) return void steps.push({ kind: "handshake", line, client });
  if (who === undefined || mark === "+" || (mark === "|" && who !== "C")) {
    throw new Error(`cannot be understood: ${text}`);
  }
  const [, words = "", times = "1", origin] = suffix.exec(said) ?? [];
  if (origin !== undefined && who !== "S") throw new Error("only a reply has an origin");
  for (let left = Number(times); left > 0; left--) {
    if (who === "C") steps.push({ kind: "sends", text: mark === "|" ? words : `${words}\\r\\n`, line, client });
    else if (who === "D") delivers(steps, words, line);
    else replies(steps, words, origin, line, client);
  }
}

const directions: { readonly [words: string]: (AsUsual | Plain)["kind"] } = {
  "EHLO as usual": "hello",
  "TLS and EHLO as usual": "tls",
  "the client hangs up": "hangsUp",
  "the server is told to stop": "shutdown",
  "the operator ends all sessions": "ended",
};

function directed(words: string, line: number, client: number): Step {
  const pause = /^(\d+) ms pass$/.exec(words)?.[1];
  if (pause !== undefined) return { kind: "pause", milliseconds: Number(pause), line, client };
  const kind = Object.hasOwn(directions, words) ? directions[words] : undefined;
  if (kind !== undefined) return { kind, line, client };
  throw new Error(`no such direction: ${words}; there are N ms pass, ${Object.keys(directions).join(", ")}`);
}

function delivers(steps: Step[], words: string, line: number): void {
  const last = steps.at(-1);
  const before = last?.kind === "delivers" ? last.lines : [];
  if (last?.kind === "delivers") steps.pop();
  steps.push({ kind: "delivers", lines: [...before, words], line, client: 1 });
}

/** Lines `250-` and the `250 ` behind them are one reply. */
function replies(steps: Step[], words: string, origin: string | undefined, line: number, client: number): void {
  if (words === "closed") return void steps.push({ kind: "closed", line, client });
  if (!/^\d{3}[ -]/.test(octetsOf(words.slice(0, 4)))) {
    throw new Error(`a reply begins with a code and a space: ${words}`);
  }
  const last = steps.at(-1);
  const begun = last?.kind === "replies" && last.client === client && isOpen(last) ? last : undefined;
  if (begun !== undefined) steps.pop();
  const named = origin ?? begun?.origin;
  const lines = [...begun?.lines ?? [], words];
  steps.push({
    kind: "replies",
    lines,
    line: begun?.line ?? line,
    client,
    ...(named === undefined ? {} : { origin: named }),
  });
}

function isOpen(reply: Replies): boolean {
  return reply.lines.at(-1)?.[3] === "-";
}
