// One day of a server: it is started, everybody comes, and it is stopped and asked what it has kept.

import { join } from "node:path";
import { type DaemonProcess, startDaemon } from "../../support/daemon_process.ts";
import type { Runtime } from "../../support/runtimes.ts";
import { pause } from "./actions.ts";
import { allKinds } from "./all_kinds.ts";
import type { Ports } from "./client.ts";
import { failuresIn, idOf, judge, type Kept, keptIn } from "./judge_day.ts";
import { type Kind, onDay } from "./kind.ts";
import { lists } from "./lists.ts";
import { type Played, playKind, tryOnce } from "./play_kind.ts";
import { configurationOfTheDay } from "./shipped.ts";
import { type Started, startSurroundings } from "./surroundings.ts";

export interface Outcome {
  readonly kind: Kind;
  /** One line each; none if all was as the row says. */
  readonly problems: readonly string[];
}

export interface Day {
  readonly outcomes: readonly Outcome[];
  /** Of the day as a whole. */
  readonly problems: readonly string[];
}

/** So many clients at once. */
const atOnce = 16;

/** Milliseconds after which greylisting lets in who tries again, and a little more. */
const greyFor = 4200;

/** `isAllOn`: with all plugins that the shipped file offers. */
export async function playDay(runtime: Runtime, isAllOn: boolean, kinds: readonly Kind[] = allKinds): Promise<Day> {
  const surroundings = await startSurroundings();
  try {
    return await dayIn(surroundings, runtime, isAllOn, kinds);
  } finally {
    await surroundings.stop();
  }
}

async function dayIn(around: Started, runtime: Runtime, isAllOn: boolean, kinds: readonly Kind[]): Promise<Day> {
  const state = join(around.folder, "state");
  const toml = configurationOfTheDay(around, isAllOn);
  const daemon = await startDaemon(runtime, { toml, lists, ownListeners: true, state });
  const played: Played[] = [];
  let code: number | null = null;
  try {
    const today = kinds.map((kind) => onDay(kind, isAllOn)).sort((a, b) => Number(isSlow(b)) - Number(isSlow(a)));
    const play = async (kind: Kind): Promise<void> => {
      played.push(await playKind(kind, portsOf(daemon)));
    };
    const known = isAllOn ? today.filter(becomesKnown) : [];
    await crowd(known, (kind) => tryOnce(kind, portsOf(daemon)));
    const others = crowd(today.filter((kind) => !known.includes(kind)), play);
    if (isAllOn) await pause(greyFor);
    await Promise.all([others, crowd(known, play)]);
  } finally {
    code = await daemon.stop();
  }
  const kept = await keptIn(state);
  const outcomes = played.map((each) => ({ kind: each.kind, problems: judge(each, kept) }));
  return {
    outcomes,
    problems: [
      ...code === 0 ? [] : [`exit code ${code}: ${daemon.output()}`],
      ...strayMail(played, kept),
      ...failuresIn(kept),
    ],
  };
}

async function crowd(kinds: readonly Kind[], each: (kind: Kind) => Promise<void>): Promise<void> {
  const waiting = [...kinds];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) await each(kind);
  }));
}

function portsOf({ ports: [mail = 0, submission = 0, bare = 0] }: DaemonProcess): Ports {
  return { mail, submission, bare, untrusted: mail };
}

function becomesKnown({ door = "mail", isStranger = false, steps }: Kind): boolean {
  return door === "mail" && !isStranger && steps.some(([says]) => says.startsWith("RCPT") || says.includes("\r\nRCPT"));
}

/** They begin first. */
function isSlow({ steps }: Kind): boolean {
  return steps.some(([says]) => /^\((?:waits|sends \d+ lines)/.test(says));
}

/** Messages that nobody was promised. */
function strayMail(played: readonly Played[], { messages }: Kept): readonly string[] {
  const promised = new Set(played.flatMap(({ ids }) => ids));
  return messages.filter((text) => !promised.has(idOf(text) ?? "")).map((text) => `nobody was promised this:\n${text}`);
}
