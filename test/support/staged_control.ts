// A Control that plays a server with something of everything: what the dashboard shows can be looked at without waiting for
// it to happen.

import { setTimeout as pause } from "node:timers/promises";
import type { Control, PluginView, Status } from "../../src/control/control.ts";
import type { PluginComparison } from "../../src/control/deployment_views.ts";
import type { Happening } from "../../src/live/happening.ts";
import type { LiveSession, SessionSummary } from "../../src/live/live_session.ts";
import type { DecisionRecord } from "../../src/receipts/record.ts";

/** Texts that clients and plugins chose, put in wherever one of them can. */
export interface Words {
  readonly hello: string;
  readonly reason: string;
  readonly plugin: string;
  readonly warning: string;
}

const now = Date.now();
const ids = ["1ke4z8q-7m2px40", "1ke4z9b-3fqd1w2", "1ke4z9c-91kx0aa"] as const;

export function stagedControl(words: Words): Control {
  return {
    status: () => Promise.resolve({ ...someStatus, warnings: [words.warning] }),
    sessions: () => Promise.resolve(ids.map((id, index) => summaryOf(sessionOf(id, index, words)))),
    session: (wanted) => {
      const index = ids.findIndex((id) => id === wanted);
      return Promise.resolve(index === -1 ? undefined : sessionOf(wanted, index, words));
    },
    endSession: () => Promise.resolve(true),
    plugins: () => Promise.resolve(pluginsOf(words)),
    reload: () => Promise.resolve({ kind: "kept", number: 7, problems: [words.reason] }),
    deploy: (label, octets) => {
      if (octets.length > 100) {
        return Promise.resolve({
          kind: "wouldDeploy",
          label,
          warnings: [words.warning],
          comparison: comparisonOf(words),
        });
      }
      return Promise.resolve({ kind: "refused", label, problems: [words.reason], comparison: comparisonOf(words) });
    },
    rollback: (label) => Promise.resolve({ kind: "nothing", label, why: words.reason }),
    enable: (label) => Promise.resolve({ kind: "unsupported", label, why: words.reason }),
    setPolicy: (label) => Promise.resolve({ kind: "refused", label, problems: [words.reason] }),
    metrics: () => Promise.resolve({ families: [] }),
    happenings: (signal) => happenings(signal, words),
    explain: (code) => Promise.resolve(code === `${ids[0]}.1` ? [recordOf(words)] : []),
    config: () => Promise.resolve({}),
  };
}

const someStatus: Status = {
  version: "0.1.0",
  runtime: "Node 24.21.0",
  hostname: "mx.example.org",
  pid: 4711,
  started: now - 7_400_000,
  generation: 7,
  workers: [
    { pid: 4712, generation: 7, standing: 1, sessions: 2, overloaded: false, memory: 184_000_000 },
    { pid: 4713, generation: 7, standing: 2, sessions: 1, overloaded: true, memory: 203_000_000 },
  ],
  ready: true,
  warnings: [],
};

function sessionOf(id: string, index: number, { hello, reason, plugin }: Words): LiveSession {
  const refused = index === 0;
  return {
    id,
    pid: 4712,
    client: ["198.51.100.23", "2001:db8::25", "192.0.2.77"][index] ?? "",
    port: 25,
    began: now - 1000 * (index + 1) * 17,
    state: index === 1 ? "plugins" : index === 2 ? "content" : "command",
    since: now - 800,
    ...(index === 1 ? { asking: "data_post" } : {}),
    hello,
    ...(index === 1 ? { tls: "TLSv1.3 TLS_AES_256_GCM_SHA384", user: "anna" } : {}),
    from: "<news@example.com>",
    to: ["<reader@example.org>", "<second@example.org>"],
    recipients: 2,
    commands: 6,
    transactions: 1,
    messages: index,
    refusals: refused ? 1 : 0,
    omitted: index * 12,
    dialogue: [
      { at: 1, who: "S", text: "220 mx.example.org ESMTP" },
      { at: 40, who: "C", text: `EHLO ${hello}` },
      { at: 41, who: "S", text: "250-mx.example.org" },
      { at: 41, who: "S", text: "250 8BITMIME" },
      { at: 90, who: "C", text: "AUTH PLAIN (withheld)" },
      { at: 118, who: "C", text: "MAIL FROM:<news@example.com> SIZE=20480" },
      { at: 126, who: "S", text: "250 2.1.0 Go on" },
      { at: 160, who: "C", text: "RCPT TO:<nobody@example.org>" },
      { at: 171, who: "P", text: `rcpt ${plugin} refuses: ${reason}` },
      { at: 172, who: "S", text: `550 5.1.1 ${reason}` },
    ],
    findings: [
      { at: 39, hook: "connect", plugin: "hosts_allow", found: "passes", micros: 212 },
      { at: 122, hook: "mail", plugin: "karma", found: "passes", micros: 1840, score: -2 },
      { at: 171, hook: "rcpt", plugin, found: "refuses", about: "<nobody@example.org>", why: reason, micros: 9310 },
    ],
  };
}

function summaryOf({ dialogue: _, omitted: _before, findings: _found, ...summary }: LiveSession): SessionSummary {
  return summary;
}

function pluginsOf({ plugin, reason }: Words): readonly PluginView[] {
  const plain = (label: string, order: number): PluginView => ({
    label,
    name: label,
    enabled: true,
    source: "configuration",
    file: `/usr/lib/qpsmtpd/plugins/${label}.wasm`,
    digest: label.split("").map((each) => each.charCodeAt(0).toString(16)).join("").padEnd(64, "a").slice(0, 64),
    version: "1.0.0",
    manifest: { name: label, version: "1.0.0", description: reason, needs: ["event:client", "verdict"] },
    hooks: ["connect", "rcpt"],
    onError: "defer",
    grants: ["event", "verdict"],
    limits: { memory: 33_554_432, wall: 5000 },
    policy: { mode: "enforce", immune: ["relay"], for: [], score: { refusal: 0, weight: 1 }, order },
    counters: {
      answered: 18_204 * order,
      failed: {},
      micros: 4_012_220 * order,
      slowestMicros: 48_211,
      cpu: 2913.2 * order,
      fuel: 91_822_133,
      memory: 4_194_304,
    },
    breaker: "closed",
  });
  const history = [{ digest: "b".repeat(64), version: "1.1.0", since: now - 90_000_000 }, { since: now - 900_000_000 }];
  return [
    plain("hosts_allow", 1),
    {
      ...plain("dnsbl", 2),
      policy: {
        mode: "monitor",
        as: "defer",
        immune: [],
        for: ["@example.org"],
        score: { refusal: -2, weight: 1 },
        order: 2,
      },
      counters: {
        answered: 902,
        failed: { timeout: 12, trap: 3 },
        micros: 92_022_441,
        slowestMicros: 5_000_112,
        cpu: 812,
        fuel: 8_123_311,
        memory: 8_388_608,
      },
      breaker: "open",
    },
    {
      ...plain("rcpt_ok", 3),
      name: plugin,
      source: "deployed",
      version: "1.2.0",
      deployment: { digest: "c".repeat(64), history, enabled: true, policy: { mode: "enforce" } },
    },
    {
      label: "virus",
      name: "virus",
      enabled: false,
      source: "configuration",
      grants: ["content"],
      limits: {},
      policy: { mode: "off", immune: [], for: [], score: { refusal: 0, weight: 1 }, order: 4 },
    },
  ];
}

function comparisonOf({ plugin }: Words): PluginComparison {
  const version = (digest: string, number: string): PluginComparison["after"] => ({
    digest: digest.repeat(64),
    name: plugin,
    version: number,
    hooks: ["rcpt"],
    needs: ["verdict"],
    size: 812_233,
  });
  return {
    before: version("c", "1.2.0"),
    after: { ...version("d", "1.3.0"), hooks: ["rcpt", "data_post"] },
    grants: {
      added: ["dns", "http:https://api.example.net"],
      removed: ["store"],
      granted: ["verdict", "dns"],
      missing: ["http:https://api.example.net"],
    },
  };
}

function recordOf({ hello, reason, plugin }: Words): DecisionRecord {
  return {
    id: `${ids[0]}.1`,
    session: ids[0],
    began: now - 17_000,
    client: "198.51.100.23",
    hello,
    from: "<news@example.com>",
    to: ["<reader@example.org>"],
    steps: [
      { at: 39, hook: "connect", plugin: "hosts_allow", found: "pass", micros: 212 },
      { at: 122, note: "the client is not in a list", hook: "mail", why: reason },
      {
        at: 171,
        hook: "rcpt",
        plugin,
        about: "<nobody@example.org>",
        found: "reject",
        why: reason,
        micros: 9310,
        as: "reject",
      },
      { at: 172, reply: 550, text: `5.1.1 ${reason}`, by: plugin, why: reason },
      { at: 400, fate: "accepted", codes: "250 2.0.0", size: 20_480 },
    ],
  };
}

async function* happenings(signal: AbortSignal, { hello, reason, plugin }: Words): AsyncGenerator<Happening> {
  let id = 0;
  const happening = (kind: Happening["kind"], facts: Happening["facts"]): Happening => {
    return { id: ++id, at: Date.now(), pid: 4712, kind, session: ids[0], facts };
  };
  const client = "198.51.100.23";
  while (!signal.aborted) {
    yield happening("connected", { client, port: 25 });
    yield happening("verdict", { hook: "rcpt", plugin, found: "refuses", client, why: reason });
    yield happening("reply", {
      code: 550,
      text: `550 5.1.1 ${reason}`,
      client,
      from: `<${hello}@example.com>`,
      to: ["<reader@example.org>"],
      recipients: 1,
      transaction: `${ids[0]}.1`,
    });
    yield happening("reply", { code: 451, text: "451 4.7.1 Come again", client: "2001:db8::25" });
    yield happening("turnedAway", { client: "203.0.113.9", why: "tooManyFromYou" });
    yield happening("plugin", { plugin: "dnsbl", state: "resting" });
    await pause(2000, undefined, { signal }).catch(() => undefined);
  }
}
