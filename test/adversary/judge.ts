// Was an attack stopped as promised? Pure.

import type { Attack, Said } from "./attack.ts";

/** Milliseconds that a guest may overrun its limit by. */
export const grace = 5;

/** Milliseconds that the client sees besides: sockets, and a turn of the event loop after each slice. */
const around = 10;

/** Milliseconds and megabytes that a bystander may notice. */
const mostLag = 20;
const mostGrown = 20;

/** Milliseconds. Loading is what an operator does, not a client, and a megabyte of code is read in one go. */
const mostLoadingLag = 150;

/** Lines and characters of one call's log. */
const mostLogLines = 101;
const mostLogText = 20_000;

/** Who was answered what, in order. */
export interface Replied {
  readonly said: Said;
  readonly reply: string;
}

export interface Evidence {
  /** Undefined if it loaded. */
  readonly refusal: string | undefined;
  readonly replies: readonly Replied[];
  readonly failures: number;
  readonly logged: readonly string[];
  /** Calls in which the adversary was asked. */
  readonly calls: number;
  readonly alone: number;
  readonly guest: number;
  readonly lagP99: number;
  readonly loadingLag: number;
  /** Megabytes more than when it had been loaded, and than before it was. */
  readonly held: number;
  readonly grown: number;
  readonly wrong: readonly string[];
}

/** `wrong` is wrong however often it is tried; what is `doubtful` may be the fault of a busy machine or of the heap. */
export interface Judgement {
  readonly wrong: readonly string[];
  readonly doubtful: readonly string[];
}

export function judge(attack: Attack, evidence: Evidence, cpuLimit: number): Judgement {
  const wrong = [...wrongAnswers(attack, evidence), ...wrongLog(evidence)];
  if (evidence.wrong.length > 0) wrong.push(`bystanders were answered wrongly: ${evidence.wrong.join("; ")}`);
  return { wrong, doubtful: [...whatIsKept(evidence), ...whatIsSlow(attack, evidence, cpuLimit)] };
}

function wrongAnswers({ expected }: Attack, { refusal, replies, failures }: Evidence): string[] {
  if (expected.kind === "refused") {
    if (refusal === undefined) return ["it was loaded"];
    return expected.problem.test(refusal) ? [] : [`it was refused, but not for ${expected.problem}: ${refusal}`];
  }
  if (refusal !== undefined) return [`it was not loaded: ${refusal}`];
  const wrong = replies.filter(({ said: [, answer], reply }) => !answer.test(reply)).map(({ said: [line], reply }) => {
    return `${JSON.stringify(line)} was answered ${JSON.stringify(reply)}`;
  });
  const due = expected.failures;
  return failures === due ? wrong : [...wrong, `${failures} failures were reported instead of ${due}`];
}

function wrongLog({ logged, calls }: Evidence): string[] {
  const lines = logged.length > mostLogLines * Math.max(1, calls) ? [`it logged ${logged.length} lines`] : [];
  const text = logged.reduce((sum, line) => sum + line.length, 0);
  const octets = text > mostLogText * Math.max(1, calls) ? [`it logged ${text} characters`] : [];
  // deno-lint-ignore no-control-regex
  const unsafe = logged.some((line) => /[\x00-\x1f\x7f-\x9f]/.test(line)) ? ["it logged control characters"] : [];
  return [...lines, ...octets, ...unsafe];
}

function whatIsKept({ grown, held }: Evidence): string[] {
  const kept = held > mostGrown ? [`${round(held)} MB of memory are kept while it stays loaded`] : [];
  return grown > mostGrown ? [...kept, `${round(grown)} MB of memory did not come back`] : kept;
}

function whatIsSlow({ expected }: Attack, evidence: Evidence, cpuLimit: number): string[] {
  const slow: string[] = [];
  if (evidence.lagP99 >= mostLag) slow.push(`the event loop was ${round(evidence.lagP99)} ms late`);
  if (evidence.loadingLag >= mostLoadingLag) slow.push(`loading kept the loop for ${round(evidence.loadingLag)} ms`);
  if (expected.kind === "refused") return slow;
  const most = cpuLimit + grace;
  if (evidence.guest > most) slow.push(`the guest ran for ${round(evidence.guest)} ms instead of ${most}`);
  const waits = expected.waits ?? 0;
  const until = waits + most + around;
  if (evidence.alone > until) slow.push(`it was answered after ${round(evidence.alone)} ms instead of ${until}`);
  return slow;
}

function round(value: number): string {
  return value.toFixed(1);
}
