// The API over a Control that a test gives, with one token of each role: for requests without sockets.

import type { Hono } from "hono";
import { adminApp } from "../../src/admin/app.ts";
import type { AuditEntry } from "../../src/admin/audit_log.ts";
import type { AdminDesk, AdminEnv } from "../../src/admin/desk.ts";
import { EventFeed } from "../../src/admin/event_feed.ts";
import { roles } from "../../src/admin/role.ts";
import { SignIns } from "../../src/admin/sign_ins.ts";
import { hashOf, type Token } from "../../src/admin/token.ts";
import type { Control, PluginView, Status } from "../../src/control/control.ts";
import type { DeployView } from "../../src/control/deployment_views.ts";
import type { Happening } from "../../src/live/happening.ts";
import type { LiveSession } from "../../src/live/live_session.ts";

export interface TestAdmin {
  readonly app: Hono<AdminEnv>;
  readonly audited: AuditEntry[];
  readonly logged: string[];
  /** What was asked of the Control of one session or plugin, as `deploy a 3`. */
  readonly asked: string[];
  /** Tokens that are valid; tests may take some out. */
  readonly tokens: Token[];
  happen(happening: Partial<Happening>): void;
  /** Milliseconds pass for limits and cookies. */
  pass(milliseconds: number): void;
  /** With the token of a role, `read` for instance; without any if it is empty. */
  ask(method: string, path: string, role: string, init?: Asking): Promise<Response>;
}

export interface Asking {
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly remote?: string;
  readonly local?: string;
}

/** The token of each role is its name. */
export function testAdmin(control: Partial<Control> = {}, desk: Partial<AdminDesk> = {}): TestAdmin {
  const [audited, logged, asked]: [AuditEntry[], string[], string[]] = [[], [], []];
  const tokens = roles.map((role): Token => ({ name: role, role, hash: hashOf(role) }));
  const listeners = new Set<(happening: Happening) => void>();
  let now = 0;
  const whole: Control = { ...plainControl(asked, listeners), ...control };
  const app = adminApp({
    control: whole,
    tokens: { tokens: () => Promise.resolve(tokens) },
    audit: {
      write: (entry): Promise<void> => {
        audited.push(entry);
        return Promise.resolve();
      },
    },
    feed: new EventFeed(whole),
    signIns: new SignIns(() => now),
    log: (level, message) => void logged.push(`${level} ${message}`),
    hosts: ["mail.example.org"],
    openMetrics: false,
    now: () => now,
    page: () => undefined,
    metricsText: ({ families }) => `families ${families.length}\n`,
    ...desk,
  }, "1.2.3");
  return {
    app,
    audited,
    logged,
    asked,
    tokens,
    happen: (happening) => {
      const whole = { id: 1, at: 2, pid: 3, kind: "connected", facts: {}, ...happening } as const;
      for (const listener of listeners) listener(whole);
    },
    pass: (milliseconds) => void (now += milliseconds),
    ask: async (method, path, role, { headers = {}, body, remote = "192.0.2.1", local = "127.0.0.1:2580" } = {}) => {
      const authorization: { readonly [name: string]: string } = role === "" ? {} : { authorization: `Bearer ${role}` };
      const init = {
        method,
        headers: { host: "127.0.0.1:2580", ...authorization, ...headers },
        duplex: "half" as const,
      };
      return await app.request(path, { ...init, ...(body === undefined ? {} : { body }) }, { remote, local });
    },
  };
}

export const aPlugin: PluginView = {
  label: "a",
  name: "a",
  enabled: true,
  source: "configuration",
  grants: ["dns"],
  limits: {},
  policy: { mode: "enforce", immune: [], for: [], score: { refusal: 0, weight: 1 }, order: 0 },
};

export const aSession: LiveSession = {
  id: "known",
  pid: 1,
  client: "192.0.2.1",
  port: 25,
  began: 0,
  state: "command",
  since: 0,
  commands: 1,
  transactions: 0,
  messages: 0,
  refusals: 0,
  dialogue: [{ at: 1, who: "C", text: "NOOP" }],
  omitted: 0,
  findings: [],
};

export const someStatus: Status = {
  version: "1.2.3",
  runtime: "Node 24",
  hostname: "mx.test",
  pid: 1,
  started: 0,
  generation: 1,
  workers: [],
  ready: true,
  warnings: [],
};

function plainControl(asked: string[], listeners: Set<(happening: Happening) => void>): Control {
  const told = (what: string, label: string): Promise<DeployView> => {
    asked.push(`${what} ${label}`);
    if (label !== "a") return Promise.resolve({ kind: "unknown", label });
    const changes = { added: [], changed: ["a"], removed: [], kept: [], rejudged: [], tables: [] };
    return Promise.resolve({ kind: "deployed", label, generation: 2, changes, warnings: [], milliseconds: 5 });
  };
  return {
    status: () => Promise.resolve(someStatus),
    sessions: () => Promise.resolve([]),
    session: (id) => {
      asked.push(`session ${id}`);
      return Promise.resolve(id === aSession.id ? aSession : undefined);
    },
    endSession: (id) => {
      asked.push(`end ${id}`);
      return Promise.resolve(id === "known");
    },
    plugins: () => Promise.resolve([aPlugin]),
    reload: () => {
      asked.push("reload");
      const changes = { added: [], changed: [], removed: [], kept: [], rejudged: [], tables: [] };
      return Promise.resolve({ kind: "reloaded", number: 2, changes, warnings: [] });
    },
    deploy: (label, octets, { dryRun }) =>
      told(dryRun ? `try ${octets.length} octets` : `${octets.length} octets`, label),
    rollback: (label) => told("rollback", label),
    enable: (label, on) => told(on ? "enable" : "disable", label),
    setPolicy: (label, change) => told(JSON.stringify(change), label),
    metrics: () => Promise.resolve({ families: [] }),
    happenings: (signal) => happenings(signal, listeners),
    explain: (code) => {
      const record = { id: code, session: code, began: 0, client: "192.0.2.1", steps: [] };
      return Promise.resolve(code === "0000001-abcdefg" ? [record] : []);
    },
    config: () => Promise.resolve({ hostname: "mx.test" }),
  };
}

async function* happenings(
  signal: AbortSignal,
  listeners: Set<(happening: Happening) => void>,
): AsyncGenerator<Happening> {
  const waiting: Happening[] = [];
  let wake = Promise.withResolvers<void>();
  const listener = (happening: Happening): void => {
    waiting.push(happening);
    wake.resolve();
  };
  listeners.add(listener);
  signal.addEventListener("abort", () => wake.resolve());
  while (!signal.aborted) {
    yield* waiting.splice(0);
    await wake.promise;
    wake = Promise.withResolvers();
  }
  listeners.delete(listener);
}
