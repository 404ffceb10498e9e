// Makes happenings of what sessions tell: who came and went, what was found, refused and accepted, which plugin fails.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Reply } from "../smtp/reply.ts";
import type { Session } from "../smtp/session.ts";
import type { Found, SessionWatch, TurnedAway, Watch } from "../watch/watch.ts";
import type { Facts } from "./happening.ts";
import type { Happenings } from "./happenings.ts";
import { bounded, replyLines, shownEnvelope } from "./shown_text.ts";

/** Refusals of one session that are told, and what is said of a crowd that is turned away within a second. */
const mostRefusals = 100;
const mostTurnedAway = 20;

/** `now` is in milliseconds, and only goes on. */
export function announcing(happenings: Happenings, now: () => number): Watch {
  const resting = new Set<string>();
  let second = 0;
  let turned = 0;
  return {
    begin: (session) => new Announced(happenings, resting, session),
    turnedAway: (client: string, why: TurnedAway): void => {
      const current = Math.floor(now() / 1000);
      turned = current === second ? turned + 1 : 1;
      second = current;
      // Whoever floods the server must not flood the stream: the metrics have all of them.
      if (turned <= mostTurnedAway) happenings.publish("turnedAway", { client, why });
    },
  };
}

class Announced implements SessionWatch {
  readonly #happenings: Happenings;
  /** Plugins that are not asked at the moment, of all sessions together. */
  readonly #resting: Set<string>;
  readonly #began = performance.now();
  #refusals = 0;

  constructor(happenings: Happenings, resting: Set<string>, { id, client, server, tls }: Session) {
    this.#happenings = happenings;
    this.#resting = resting;
    const facts = { client: client.address, port: server.port, ...(tls === undefined ? {} : { tls: tls.protocol }) };
    happenings.publish("connected", facts, id);
  }

  heard(): void {}

  asking(): void {}

  asked(): void {}

  found(session: Session, hook: HookName, found: Found): void {
    this.#notePlugin(found);
    const { kind, plugin } = found;
    const mere = kind === "passes" || kind === "skipped";
    if (mere && !this.#happenings.wantsDetail) return;
    const { transaction, client } = session;
    const facts = {
      hook,
      plugin,
      found: kind,
      client: client.address,
      ...present({ about: found.about, why: found.why, as: found.as, failure: found.failure, marks: found.marks }),
      ...(found.score === undefined ? {} : { score: found.score }),
      ...(found.micros === undefined ? {} : { micros: found.micros }),
      ...(transaction === undefined ? {} : { ...shownEnvelope(transaction), transaction: transaction.id }),
    };
    this.#happenings.publish("verdict", facts, session.id, mere);
  }

  told(before: Session, after: Session, replies: readonly Reply[]): void {
    for (const reply of replies) {
      if (reply.code < 400 || ++this.#refusals > mostRefusals) continue;
      const transaction = before.transaction ?? after.transaction;
      const facts = {
        code: reply.code,
        text: bounded(replyLines(reply).join(" / ")),
        client: after.client.address,
        ...(transaction === undefined ? {} : { ...shownEnvelope(transaction), transaction: transaction.id }),
      };
      this.#happenings.publish("reply", facts, after.id);
    }
  }

  delivering(): void {}

  delivered(): void {}

  ended({ id, client, transaction }: Session, ending: string, size: number, milliseconds: number): void {
    const facts = {
      ending,
      size,
      milliseconds: Math.round(milliseconds),
      client: client.address,
      ...(transaction === undefined ? {} : { ...shownEnvelope(transaction), transaction: transaction.id }),
    };
    this.#happenings.publish("message", facts, id);
  }

  left({ id, client, commands, refusals, transactions }: Session): void {
    const seconds = Math.round(performance.now() - this.#began) / 1000;
    const facts = { client: client.address, seconds, commands, refusals, transactions };
    this.#happenings.publish("disconnected", facts, id);
  }

  /** Told once, and not with every session that it fails meanwhile. */
  #notePlugin({ plugin, kind, failure }: Found): void {
    const rests = failure === "broken";
    if (kind === "skipped" || rests === this.#resting.has(plugin)) return;
    if (rests) this.#resting.add(plugin);
    else this.#resting.delete(plugin);
    this.#happenings.publish("plugin", { plugin, state: rests ? "resting" : "asked" });
  }
}

/** Without what is absent, and short. */
function present(facts: { readonly [name: string]: string | undefined }): Facts {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, text]) => text === undefined ? [] : [[name, bounded(text)]]),
  );
}
