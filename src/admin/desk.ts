// What every route of the API stands on.

import type { Context, Env } from "hono";
import type { Control } from "../control/control.ts";
import type { Log } from "../log/log.ts";
import type { AuditEntry, AuditLog } from "./audit_log.ts";
import type { Ends } from "./ends.ts";
import type { EventFeed } from "./event_feed.ts";
import type { Role } from "./role.ts";
import type { SignIns } from "./sign_ins.ts";
import type { Token } from "./token.ts";

export interface AdminDesk {
  readonly control: Control;
  readonly tokens: { tokens(): Promise<readonly Token[]> };
  readonly audit: Pick<AuditLog, "write">;
  readonly feed: EventFeed;
  readonly signIns: SignIns;
  readonly log: Log;
  /** Names besides addresses and localhost by which it may be asked, in lower case. */
  readonly hosts: readonly string[];
  readonly openMetrics: boolean;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** A static file of the dashboard by its path. */
  readonly page: (path: string) => PageFile | undefined;
  /** The text that Prometheus reads, and its type. */
  readonly metricsText: (snapshot: Awaited<ReturnType<Control["metrics"]>>) => string;
}

export interface PageFile {
  readonly octets: Uint8Array;
  /** Content-Type. */
  readonly type: string;
  /** ETag, of files that a browser may keep as long as they are the same. */
  readonly tag?: string;
}

/** Who asks. */
export interface Caller {
  /** That of the token. */
  readonly name: string;
  readonly role: Role;
  /** The hash of the token, in hex. */
  readonly token: string;
  readonly by: "token" | "cookie";
}

export interface AdminEnv extends Env {
  readonly Bindings: Ends;
  readonly Variables: { caller: Caller };
}

export type AdminContext = Context<AdminEnv>;

/** The client's address for limits and the audit log. */
export function remoteOf({ env }: AdminContext): string {
  return env.remote === "" ? "unix" : env.remote;
}

/** A change, in the name of the caller. */
export async function record(
  { audit }: AdminDesk,
  context: AdminContext,
  change: Pick<AuditEntry, "action" | "target" | "result" | "detail">,
): Promise<void> {
  const { name, role } = context.get("caller");
  await audit.write({ who: name, role, from: remoteOf(context), ...change });
}
