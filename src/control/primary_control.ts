// What can be seen of a primary and its workers, and done to them: every worker is asked, and the answers become one.

import process from "node:process";
import type { Json } from "../../sdk/contract/contract.ts";
import type { Happening } from "../live/happening.ts";
import type { LiveSession, SessionSummary } from "../live/live_session.ts";
import { mergeSnapshots } from "../metrics/merge.ts";
import type { MetricsSnapshot } from "../metrics/snapshot.ts";
import type { DecisionRecord } from "../receipts/record.ts";
import { type Answers, checked, checkedHappenings, type Question } from "./ask.ts";
import type { Control, PluginView, ReloadView, Status } from "./control.ts";
import { explainWithin } from "./local_control.ts";
import { mergePlugins, mergeReloads, mergeSessions, mergeStatus, type Primary } from "./merge.ts";
import { type Deployer, PluginChanges } from "./plugin_changes.ts";

/** The workers of a primary. */
export interface Crew {
  /** Those that serve. */
  workers(): readonly CrewMember[];
  /** Asks every worker to reload; one outcome for each. */
  reload(): Promise<readonly ReloadView[]>;
  /** Has workers tell what happens, until the signal is aborted; later workers too. */
  listen(take: (values: readonly unknown[]) => void, signal: AbortSignal): void;
}

export interface CrewMember {
  readonly pid: number;
  /** Never rejects; undefined if there is no answer in time. */
  ask(question: string, about: string): Promise<unknown>;
}

export interface PrimaryOptions {
  readonly facts: () => Primary;
  readonly crew: Crew;
  /** The folder of the decisions. */
  readonly decisions: string;
  readonly deployer?: Deployer;
}

const mostSessions = 10_000;

/** Happenings that may wait for the reader. */
const mostWaiting = 1000;

export class PrimaryControl extends PluginChanges implements Control {
  readonly #options: PrimaryOptions;

  constructor(options: PrimaryOptions) {
    super(options.deployer);
    this.#options = options;
  }

  async status(): Promise<Status> {
    return mergeStatus(this.#options.facts(), await this.#askAll("status"));
  }

  async sessions(): Promise<readonly SessionSummary[]> {
    return mergeSessions(await this.#askAll("sessions"), mostSessions);
  }

  async session(id: string): Promise<LiveSession | undefined> {
    return (await this.#askAll("session", id)).find((session) => session !== null);
  }

  async endSession(id: string): Promise<boolean> {
    return (await this.#askAll("endSession", id)).includes(true);
  }

  async plugins(): Promise<readonly PluginView[]> {
    const { deployer } = this.#options;
    return mergePlugins(await this.#askAll("plugins")).map((plugin) => {
      const deployment = deployer?.deployment(plugin.label);
      return deployment === undefined ? plugin : {
        ...plugin,
        deployment,
        source: deployment.digest === undefined ? "configuration" : "deployed",
      };
    });
  }

  async reload(): Promise<ReloadView> {
    return mergeReloads(await this.#options.crew.reload());
  }

  async metrics(): Promise<MetricsSnapshot> {
    const snapshots = await this.#askAll("metrics");
    return mergeSnapshots(snapshots.map((snapshot, index) => ({ worker: String(index + 1), snapshot })));
  }

  async *happenings(signal: AbortSignal): AsyncGenerator<Happening> {
    let waiting: Happening[] = [];
    let lost = 0;
    let wake = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => wake.resolve());
    this.#options.crew.listen((values) => {
      waiting.push(...checkedHappenings(values));
      lost += waiting.splice(0, waiting.length - mostWaiting).length;
      wake.resolve();
    }, signal);
    while (!signal.aborted) {
      await (waiting.length > 0 ? undefined : wake.promise);
      wake = Promise.withResolvers();
      const told = waiting;
      if (lost > 0) yield { id: 0, at: told[0]?.at ?? 0, pid: process.pid, kind: "lost", facts: { count: lost } };
      [waiting, lost] = [[], 0];
      yield* told;
    }
  }

  async explain(code: string): Promise<readonly DecisionRecord[]> {
    return await explainWithin(this.#options.decisions, code);
  }

  async config(): Promise<Json> {
    return (await this.#askAll("config"))[0] ?? null;
  }

  /** Answers of another shape count as none. */
  async #askAll<Q extends Question>(question: Q, about = ""): Promise<readonly Answers[Q][]> {
    const answers = await Promise.all(this.#options.crew.workers().map((worker) => worker.ask(question, about)));
    return answers.flatMap((value) => {
      const answer = checked(question, value);
      return answer === undefined ? [] : [answer];
    });
  }
}
