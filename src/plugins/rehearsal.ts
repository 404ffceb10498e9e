// One call of each hook before the first client: a runtime compiles a function when it first runs, which may take
// longer than the whole call may.

import type { HookName } from "../../sdk/contract/contract.ts";
import { type Blueprint, startInstance } from "./configured_instance.ts";
import type { GuardedModule } from "./module_cache.ts";

const mailbox = { localPart: "rehearsal", domain: "rehearsal.invalid" };

/** Every field that any event has: a hook finds what it looks for. RFC 2606 §2: these names exist nowhere. */
const everything = {
  time: 0,
  seed: 0,
  session: {
    id: "rehearsal",
    client: { address: "192.0.2.1", port: 1 },
    server: { address: "192.0.2.1", port: 25, name: "rehearsal.invalid" },
    hello: { verb: "EHLO", name: "rehearsal.invalid" },
    tls: { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" },
    user: "rehearsal",
  },
  transaction: { id: "rehearsal", reversePath: mailbox, recipientCount: 1 },
  name: "rehearsal.invalid",
  reversePath: mailbox,
  forwardPath: mailbox,
  forwardPaths: [mailbox],
  parameters: {},
  headers: [["From", "<rehearsal@rehearsal.invalid>"]],
  size: 100,
  argument: "",
  verb: "REHEARSAL",
  early: false,
  mechanism: "PLAIN",
  step: "check",
  claimed: "rehearsal",
  password: "rehearsal",
};

/** Milliseconds of CPU for one call: compiling included. */
const cpu = 500;

const rehearsed = new WeakSet<GuardedModule>();

/**
 * Runs on an instance of its own, which is thrown away, and once for each compiled module. Answers, failures and log
 * lines mean nothing; without grants nothing can be asked for.
 */
export async function rehearse(blueprint: Blueprint, hooks: readonly HookName[]): Promise<void> {
  if (rehearsed.has(blueprint.guarded)) return;
  rehearsed.add(blueprint.guarded);
  const started = await startInstance({ ...blueprint, state: "keep", log: () => {} });
  if (started.kind === "refused") return;
  const { guest } = started.instance;
  const event = new TextEncoder().encode(JSON.stringify(everything));
  const { wall, output, log } = blueprint.limits;
  for (const hook of hooks) {
    const end = await guest.call(hook, event, { cpu, wall, output, log, began: performance.now(), time: 0, seed: 0 });
    // A guest that trapped may be in any state.
    if (end.kind === "trap" || end.kind === "killed") break;
  }
  guest.dispose();
}
