// Opens the API: its socket, its tokens, its audit log. Whatever goes wrong, mail goes on.

import type { Hono } from "hono";
import type { AdminChoice } from "../config/admin_schema.ts";
import type { Config } from "../config/config.ts";
import type { Control } from "../control/control.ts";
import type { Log } from "../log/log.ts";
import { formatMetrics } from "../metrics/format.ts";
import { adminApp } from "./app.ts";
import { AuditLog } from "./audit_log.ts";
import { dashboardFiles } from "./dashboard_files.ts";
import type { AdminDesk, AdminEnv } from "./desk.ts";
import { EventFeed } from "./event_feed.ts";
import { listenForHttp } from "./serve_http.ts";
import { SignIns } from "./sign_ins.ts";
import { TokenFile } from "./token_file.ts";

export interface AdminOptions {
  /** That of the start: a reload does not change where the API is. */
  readonly config: Pick<Config, "admin" | "state" | "file">;
  readonly control: Control;
  readonly log: Log;
  readonly version: string;
  /** To standard output: where it is, and at the first start the token. */
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

export interface Admin {
  /** `127.0.0.1:2580`, `unix:/path`; empty if there is none. */
  readonly address: string;
  close(): Promise<void>;
}

const none: Admin = { address: "", close: () => Promise.resolve() };

/** Never rejects. If its place is taken the server does without, and says so. */
export async function openAdmin(options: AdminOptions): Promise<Admin> {
  const { config: { admin, state, file }, control, log, print, complain } = options;
  if (admin.listen === "off") return none;
  const tokens = new TokenFile(state);
  const feed = new EventFeed(control);
  const app = appOf(options, admin, tokens, feed);
  // Before anybody can ask: who waits for the server then finds the new one.
  const stale = await tokens.renewForTerminal();
  if (stale !== undefined) complain(`warning: the token for qpsmtpd top and its like stays as it was: ${stale}`);
  const { host, port } = admin.listen;
  const place = host.startsWith("unix:") ? { path: host.slice("unix:".length) } : { host, port };
  const listening = await listenForHttp(place, async (request, ends) => await app.fetch(request, ends));
  if (listening.kind === "failed") {
    const problem = `${formatPlace(admin.listen)}: ${listening.problem}`;
    complain(`warning: ${file}: admin.listen: ${problem}; mail goes on without the API and the dashboard`);
    log("warn", "no API", { why: problem });
    return none;
  }
  const { server } = listening;
  print(`  ${"dashboard and API".padEnd(22)} ${server.address.startsWith("unix:") ? "" : "http://"}${server.address}`);
  await makeFirst(tokens, options);
  const close = async (): Promise<void> => {
    feed.close();
    await server.close();
  };
  return { address: server.address, close };
}

function appOf(
  { config: { state }, control, log, version }: AdminOptions,
  { hosts, openMetrics }: AdminChoice,
  tokens: TokenFile,
  feed: EventFeed,
): Hono<AdminEnv> {
  const pages = dashboardFiles();
  const now = (): number => performance.now();
  const desk: AdminDesk = {
    control,
    tokens,
    audit: new AuditLog(state, log),
    feed,
    signIns: new SignIns(now),
    log,
    hosts,
    openMetrics,
    now,
    page: (path) => pages.get(path),
    metricsText: formatMetrics,
  };
  return adminApp(desk, version);
}

/** At the first start nobody has a token. */
async function makeFirst(tokens: TokenFile, { print, complain }: AdminOptions): Promise<void> {
  if (await tokens.isThere()) return;
  const made = await tokens.make("admin", "deploy");
  if (made.kind === "failed") return complain(`warning: no token could be made: ${made.problem}`);
  const kept = await tokens.makeForTerminal("operate");
  if (kept.kind === "failed") complain(`warning: no token for qpsmtpd top and its like: ${kept.problem}`);
  print(`  ${"token, shown once".padEnd(22)} ${made.text}`);
}

function formatPlace({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.startsWith("unix:") ? host : `${host}:${port}`;
}
