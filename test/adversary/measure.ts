// Carries out one attack: once with nobody else there, once among the bystanders; and looks at all that may be hurt.

import type { CallResult } from "../../src/hooks/askable.ts";
import type { Plugin } from "../../src/plugins/plugin.ts";
import type { SmtpPeer } from "../support/smtp_peer.ts";
import type { Attack, Said } from "./attack.ts";
import { type Evidence, judge, type Replied } from "./judge.ts";
import { cpuLimit } from "./limits.ts";
import { type Lag, LoopLag } from "./loop_lag.ts";
import type { Measured } from "./measured.ts";
import { residentAfterCollection, residentNow, residentWithin } from "./resident_memory.ts";
import type { Stage } from "./stage.ts";

/** Milliseconds that are watched at least: what an attack leaves behind must not hurt either. */
const watch = { thorough: 200, quick: 20 };

/**
 * How often an attack is tried before its figures are believed: the machine may have been busy with other things, and
 * the heap may have found a larger size to live with. What leaks does so each time.
 */
const tries = 5;

/** What one go at the client's part of an attack brought. */
interface Go {
  readonly replies: readonly Replied[];
  readonly results: readonly CallResult[];
  /** Milliseconds to the first answer that mattered. */
  readonly took: number;
}

/** The row of the table. What is wrong is wrong at once; what is doubtful must be so each time. */
export async function measure(stage: Stage, family: string, attack: Attack): Promise<Measured> {
  const wasm = await attack.wasm();
  for (let left = tries - 1;; left--) {
    const { evidence, lag, among, bystanders } = await attempt(stage, attack, wasm);
    const { wrong, doubtful } = judge(attack, evidence, cpuLimit);
    if (wrong.length === 0 && doubtful.length > 0 && left > 0) continue;
    const { name, language, tries } = attack;
    const outcome = evidence.refusal ?? telling(evidence.replies);
    const { alone, guest, grown, loadingLag } = evidence;
    const figures = { alone, among, guest, grown, loadingLag, lagP99: lag.p99, lagWorst: lag.worst, bystanders };
    return { name, family, language, tries, outcome, ...figures, problems: wrong, doubtful };
  }
}

interface Attempt {
  readonly evidence: Evidence;
  readonly lag: Lag;
  readonly among: number;
  readonly bystanders: number;
}

async function attempt(stage: Stage, attack: Attack, wasm: Uint8Array): Promise<Attempt> {
  const before = isThorough(attack) ? residentAfterCollection() : residentNow();
  const right = stage.bystanders.right;
  const { evidence, ...rest } = await carryOut(stage, attack, wasm);
  const grown = await residentWithin(before + 15) - before;
  const wrong = stage.bystanders.wrong.splice(0);
  if (wrong.length > 0) wrong.push(`what rcpt_ok failed in so far is ${JSON.stringify(stage.good.counters.failed)}`);
  return { evidence: { ...evidence, grown, wrong }, bystanders: stage.bystanders.right - right, ...rest };
}

type Seen = Omit<Attempt, "evidence" | "bystanders"> & { readonly evidence: Omit<Evidence, "grown" | "wrong"> };

/** Everything from loading to closing; when it is over nothing here holds the plugin any longer. */
async function carryOut(stage: Stage, attack: Attack, wasm: Uint8Array): Promise<Seen> {
  const logged: string[] = [];
  const lag = new LoopLag();
  lag.begin();
  const began = performance.now();
  const loaded = await stage.load(wasm, attack.given ?? {}, (line) => logged.push(line));
  const loading = performance.now() - began;
  const loadingLag = lag.end().worst;
  if (loaded.kind === "refused") {
    const refusal = loaded.problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
    const nothing = { replies: [], failures: 0, logged, calls: 0, alone: loading, guest: 0, lagP99: 0, held: 0 };
    return { evidence: { refusal, loadingLag, ...nothing }, lag: { p99: 0, worst: loadingLag }, among: loading };
  }
  const { plugin } = loaded;
  const called = await callAndWatch(stage, attack, plugin, logged);
  await plugin.close();
  return { ...called, evidence: { ...called.evidence, refusal: undefined, loadingLag } };
}

type Called = Omit<Seen, "evidence"> & { readonly evidence: Omit<Seen["evidence"], "refusal" | "loadingLag"> };

async function callAndWatch(stage: Stage, attack: Attack, plugin: Plugin, log: readonly string[]): Promise<Called> {
  const thorough = isThorough(attack);
  const loaded = thorough ? residentAfterCollection() : residentNow();
  const watched = new LoopLag();
  watched.begin();
  const began = performance.now();
  const among = await go(stage, attack, plugin);
  await rest((thorough ? watch.thorough : watch.quick) - (performance.now() - began));
  const lag = watched.end();
  const evidence = {
    replies: among.replies,
    failures: among.results.filter(({ kind }) => kind === "failed").length,
    logged: [...log],
    calls: among.results.length,
    guest: guestTime(plugin),
    lagP99: lag.p99,
  };
  const alone = thorough ? (await quietly(stage, () => go(stage, single(attack), plugin))).took : among.took;
  const held = await residentWithin(loaded + 15) - loaded;
  return { evidence: { ...evidence, alone, held }, lag, among: among.took };
}

/** All that the attack's clients say, side by side. */
async function go(stage: Stage, attack: Attack, plugin: Plugin): Promise<Go> {
  if (attack.expected.kind === "refused") return { replies: [], results: [], took: 0 };
  const { talk, clients = 1 } = attack.expected;
  const peers = await Promise.all(Array.from({ length: clients }, () => stage.attacker()));
  const results: CallResult[] = [];
  stage.enter(plugin, results);
  const said = await Promise.all(peers.map((peer) => say(peer, talk)));
  stage.enter(undefined);
  for (const peer of peers) peer.destroy();
  return { replies: said.flatMap(({ replies }) => replies), results, took: Math.max(...said.map(({ took }) => took)) };
}

async function say(peer: SmtpPeer, talk: readonly Said[]): Promise<Pick<Go, "replies" | "took">> {
  const replies: Replied[] = [];
  let took = 0;
  for (const said of talk) {
    const began = performance.now();
    replies.push({ said, reply: await peer.ask(said[0]).catch(String) });
    took = Math.max(took, performance.now() - began);
  }
  return { replies, took };
}

/** Of those that do nothing of the kind there are many, and a few milliseconds show what they do. */
function isThorough({ expected, heavy }: Attack): boolean {
  if (heavy === true || expected.endless === true) return true;
  return expected.kind === "answered" && (expected.waits !== undefined || expected.clients !== undefined);
}

/** One client alone: its answer comes when its own call ends. */
function single(attack: Attack): Attack {
  if (attack.expected.kind === "refused") return attack;
  return { ...attack, expected: { ...attack.expected, clients: 1 } };
}

async function quietly<T>(stage: Stage, act: () => Promise<T>): Promise<T> {
  await stage.bystanders.hush();
  try {
    return await act();
  } finally {
    stage.bystanders.goOn();
  }
}

function guestTime(plugin: Plugin | undefined): number {
  if (plugin === undefined) return 0;
  const { answered, failed, cpu } = plugin.counters;
  const calls = Object.values(failed).reduce((sum, count) => sum + count, answered);
  return calls === 0 ? 0 : cpu / calls;
}

/** The reply by which the attack was answered: the last that was no success, or the first. */
function telling(replies: readonly Replied[]): string {
  const refusal = replies.findLast(({ reply }) => /^[45]/.test(reply)) ?? replies[0];
  return refusal?.reply ?? "";
}

async function rest(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
