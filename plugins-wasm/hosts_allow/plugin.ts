// Refuses connections from listed networks; the first line of `hosts_allow` that names the client decides.

import { defer, definePlugin, pass, reject } from "#sdk";
import type { Answer, Given, Plugin } from "#sdk";
import { findNetwork, readNetworks } from "../shared/networks.ts";
import type { NetworkList } from "../shared/networks.ts";
import { lineProblem, quote, splitLine } from "../shared/pattern.ts";

type Word = "pass" | "reject" | "defer";

interface Setup {
  readonly networks: NetworkList;
  /** By number of the line. */
  readonly answers: readonly Answer[];
}

// A refused connection is closed in any case (RFC 5321 §3.1), so that DENY and DENY_DISCONNECT are one. OK does not
// accept: that would end the chain, and no later plugin could mark the client.
const words: { readonly [word: string]: Word } = {
  ok: "pass",
  declined: "pass",
  pass: "pass",
  deny: "reject",
  deny_disconnect: "reject",
  reject: "reject",
  denysoft: "defer",
  denysoft_disconnect: "defer",
  defer: "defer",
};

const texts = {
  reject: "Connections from your address are not taken here",
  defer: "Connections from your address are not taken at the moment, please try again later",
} as const;

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const lines = given.lists["hosts_allow"] ?? [];
    if (lines.length === 0) given.unused("connect");
    const networks = readNetworks(given, "hosts_allow");
    return { networks, answers: lines.map((line, i) => readAnswer(given, `lists.hosts_allow[${i}]`, line)) };
  },

  connect(event, { networks, answers }): Answer {
    const line = findNetwork(networks, event.session.client.address);
    return line === undefined ? pass() : answers[line] ?? pass();
  },
});

export default plugin;

function readAnswer(given: Given, path: string, line: string): Answer {
  const { reason: rest = "" } = splitLine(line);
  const { pattern: written, reason } = splitLine(rest);
  const word = Object.hasOwn(words, written.toLowerCase()) ? words[written.toLowerCase()] : undefined;
  const objection = word === undefined
    ? `${quote(written)} is no verdict: write OK, DENY or DENYSOFT behind the network`
    : lineProblem({ pattern: written, reason });
  if (objection !== undefined) given.problem(path, objection);
  switch (word) {
    case "reject":
      return reject(reason ?? texts.reject);
    case "defer":
      return defer(reason ?? texts.defer);
    default:
      return pass();
  }
}
