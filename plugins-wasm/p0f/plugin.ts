// Asks p0f what it makes of a client's TCP connection: which operating system, how far away, behind which kind of link.

import { definePlugin, editing, HostError, noting, pass, reject } from "#sdk";
import type { Answer, Given, Host, Plugin } from "#sdk";
import { addressOctets } from "../shared/networks.ts";
import { quote } from "../shared/pattern.ts";
import { type Answered, answerOctets, type Fingerprint, queryFor, readAnswer } from "./protocol.ts";
import { type Matches, readBlocked, readExpression, readPoints } from "./systems.ts";

interface Setup {
  readonly socket: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly blocked: readonly Matches[];
  readonly points: readonly (readonly [matches: Matches, points: number])[];
}

const headers: readonly (readonly [note: keyof Fingerprint, field: string])[] = [
  ["genre", "X-P0F-Genre"],
  ["link", "X-P0F-Link-Type"],
];

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    if (given.settings["add_headers"] !== true) given.unused("data_post");
    const smite = String(given.settings["smite_os"]);
    const smitten = smite === "" ? [] : [[readExpression(given, "settings.smite_os", smite), -1] as const];
    return {
      socket: readSocket(given),
      timeout: Number(given.settings["timeout"]) * 1000,
      blocked: readBlocked(given),
      points: [...smitten, ...readPoints(given)],
    };
  },

  connect({ session: { client: { address } } }, setup, host): Answer {
    const octets = addressOctets(address);
    if (octets === undefined) return pass();
    const answered = ask(octets, setup, host);
    if (answered.kind === "nonsense") host.log("warn", `${setup.socket} answers nonsense: ${answered.why}`);
    if (answered.kind !== "known") return pass();
    const { fingerprint } = answered;
    host.log("debug", fingerprint.genre ?? "an unknown system");
    const isBlocked = setup.blocked.some((matches) => matches(fingerprint));
    const verdict = isBlocked ? reject("OS Blocked", { status: "5.7.1" }) : pass();
    const answer = noting(verdict, { session: { ...fingerprint } });
    const score = setup.points.reduce((sum, [matches, points]) => sum + (matches(fingerprint) ? points : 0), 0);
    return score === 0 ? answer : { ...answer, score };
  },

  data_post({ notes }): Answer {
    const edits = headers.flatMap(([note, name]) => {
      const value = notes?.session?.[note];
      // The sender may have written such a field himself.
      const removed = { edit: "removeHeader", name } as const;
      return value === undefined ? [removed] : [removed, { edit: "addHeader", name, value: String(value) } as const];
    });
    return editing(pass(), ...edits);
  },
});

export default plugin;

function readSocket(given: Given): string {
  const socket = String(given.settings["socket"]);
  if (!/^\/[!-~]{1,106}$/.test(socket)) {
    given.problem("settings.socket", `${quote(socket)} is no absolute path of a socket`);
  }
  return socket;
}

/** A p0f that is away, or slow, says nothing: it must not keep mail out. */
function ask(octets: readonly number[], { socket, timeout }: Setup, host: Host): Answered {
  try {
    const connection = host.tcp.open(`unix:${socket}`, { timeout });
    connection.write(queryFor(octets));
    const { octets: answer } = connection.readExactly(answerOctets);
    connection.close();
    return readAnswer(answer);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    host.log("warn", `${socket} does not answer: ${error.code}: ${error.message}`);
    return { kind: "unknown" };
  }
}
