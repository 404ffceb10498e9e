// A running daemon in this process: adversaries come and go in it, and are asked by their own clients alone.

import { type HookName, hookNames } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import { dnsCapability } from "../../src/capabilities/dns.ts";
import { StubResolver } from "../../src/dns/stub_resolver.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import type { CallResult, Own } from "../../src/hooks/askable.ts";
import type { Registered } from "../../src/hooks/chains.ts";
import { type Host, type LoadedPlugin, loadPlugin } from "../../src/plugins/load.ts";
import type { Plugin } from "../../src/plugins/plugin.ts";
import { defaultLimits } from "../../src/plugins/plugin_limits.ts";
import { Turns } from "../../src/plugins/turns.ts";
import type { Content } from "../../src/spool/spool.ts";
import { DnsServer } from "../support/dns_server.ts";
import { serving } from "../support/served.ts";
import { connectPeer, type SmtpPeer } from "../support/smtp_peer.ts";
import { adversaryName, type Given } from "./attack.ts";
import { Bystanders } from "./bystanders.ts";
import { bystanderCount, wallLimit } from "./limits.ts";
import { rcptOk } from "./rcpt_ok.ts";

/** Only sessions that greet with this name meet the adversary. */
const attackerName = "attacker.example.org";

const passed: CallResult = { kind: "answered", answer: { verdict: "pass" }, micros: 0 };

export class Stage {
  readonly bystanders: Bystanders;
  /** What answers the bystanders. */
  readonly good: Plugin;
  readonly #port: number;
  readonly #host: Host;
  readonly #part: AdversaryPart;

  constructor(port: number, host: Host, part: AdversaryPart, good: Plugin, bystanders: Bystanders) {
    this.good = good;
    this.#port = port;
    this.#host = host;
    this.#part = part;
    this.bystanders = bystanders;
  }

  /** Loads an adversary as the operator of a server would, with his limits. `log` takes its lines. */
  load(file: Uint8Array, given: Given, log: (line: string) => void): Promise<LoadedPlugin> {
    return loadPlugin({
      name: adversaryName,
      file,
      settings: {},
      lists: () => [],
      serverName: "mx.test",
      log: (_level, line) => log(line),
      grant: ["event", "verdict", "edit", ...given.grant ?? []],
      limits: { ...defaultLimits, wall: given.wall ?? wallLimit },
      state: given.state ?? "fresh",
      host: this.#host,
    });
  }

  /** From now on attackers are served with this plugin; how each of its calls ended goes to `results`. */
  enter(plugin: Plugin | undefined, results: CallResult[] = []): void {
    this.#part.plugin = plugin;
    this.#part.results = results;
  }

  /** A client that has greeted as an attacker. */
  async attacker(): Promise<SmtpPeer> {
    const peer = await connectPeer(this.#port);
    await peer.reply();
    await peer.ask(`EHLO ${attackerName}`);
    return peer;
  }
}

/** Stands in the chain for whichever adversary it is the turn of. */
class AdversaryPart implements Registered {
  readonly name: string = adversaryName;
  readonly onError: OnError = "defer";
  readonly hooks: readonly HookName[] = hookNames;
  plugin: Plugin | undefined;
  results: CallResult[] = [];

  async call(hook: HookName, event: Event, content?: Content, own?: Own): Promise<CallResult> {
    const { plugin, results } = this;
    const meant = event.session.hello?.name === attackerName && plugin?.hooks.includes(hook);
    if (plugin === undefined || !meant) return passed;
    const result = await plugin.call(hook, event, content, own);
    results.push(result);
    return result;
  }
}

/** A daemon with `rcpt_ok` behind the adversary, a name server that never answers, and the bystanders talking. */
export async function withStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const silent = await DnsServer.start({ "silent.example TXT": "TIMEOUT" });
  const resolver = new StubResolver({ servers: [{ address: "127.0.0.1", port: silent.port }] });
  const dns = dnsCapability(resolver);
  const host: Host = {
    capabilities: new Map([[dns.name, dns]]),
    readContent: () => Promise.resolve(undefined),
    turns: new Turns(),
  };
  const part = new AdversaryPart();
  const good = await rcptOk(host);
  const many = 1_000_000_000;
  const offer = { maxRefusals: many, maxRecipients: many, maxTransactions: many, maxCommands: many };
  const limits = { maxSessions: 200, perAddress: 200, perNetwork: 200 };
  await serving({ plugins: [part, good], ...limits, offer }, async ({ port }) => {
    const bystanders = await Bystanders.begin(port, bystanderCount);
    try {
      await play(new Stage(port, host, part, good, bystanders));
    } finally {
      await bystanders.end();
    }
  });
  await good.close();
  await silent.stop();
}
