// A daemon with its API, and somebody who may do everything there.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatToken, hashOf } from "../../src/admin/token.ts";
import type { DeployView } from "../../src/control/deployment_views.ts";
import { type DaemonProcess, type DaemonSetup, startDaemon } from "./daemon_process.ts";
import { eventually } from "./eventually.ts";
import type { Runtime } from "./runtimes.ts";

export interface Answered {
  readonly status: number;
  readonly body: { readonly [key: string]: unknown };
}

/** May do everything there. */
export const token = "may-do-everything";

/** A daemon, and its API by HTTP. */
export class DeployingDaemon {
  readonly daemon: DaemonProcess;
  /** Where the dashboard is; without a slash at its end. */
  readonly url: string;

  private constructor(daemon: DaemonProcess, port: number) {
    this.daemon = daemon;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(runtime: Runtime, setup: DaemonSetup): Promise<DeployingDaemon> {
    const state = mkdtempSync(join(tmpdir(), "qpsmtpd-deploying-"));
    const line = formatToken({ name: "tester", role: "deploy", hash: hashOf(token) });
    writeFileSync(join(state, "admin-tokens"), `${line}\n`, { mode: 0o600 });
    const daemon = await startDaemon(runtime, { ...setup, state, admin: "127.0.0.1:0" });
    const port = await eventually(() => `no API:\n${daemon.output()}`, () => {
      return /dashboard and API +http:\/\/127\.0\.0\.1:(\d+)\n/.exec(daemon.output())?.[1];
    });
    return new DeployingDaemon(daemon, Number(port));
  }

  /** The status is 0 if the connection was closed instead. */
  async ask(method: string, path: string, body?: Uint8Array<ArrayBuffer> | string): Promise<Answered> {
    const type = typeof body === "string" ? "application/json" : "application/wasm";
    const headers = { "authorization": `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": type }) };
    try {
      const reply = await fetch(`${this.url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      return { status: reply.status, body: await reply.json() as Answered["body"] };
    } catch (error) {
      return { status: 0, body: { problems: [String(error)] } };
    }
  }

  /** Puts a plugin in the place of another. */
  async upload(label: string, octets: Uint8Array, query = ""): Promise<Answered> {
    return await this.ask("PUT", `/plugins/${label}${query}`, new Uint8Array(octets));
  }

  /** Puts it there, or the test fails. */
  async deploy(label: string, octets: Uint8Array): Promise<Extract<DeployView, { readonly kind: "deployed" }>> {
    const { status, body } = await this.upload(label, octets);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}\n${this.daemon.output().slice(-2000)}`);
    return body as unknown as Extract<DeployView, { readonly kind: "deployed" }>;
  }

  /** The generation, and of every plugin label, digest and version. */
  async inForce(): Promise<unknown> {
    const { body } = await this.ask("GET", "/plugins");
    const plugins = body["plugins"] as readonly { readonly [key: string]: unknown }[];
    return [
      body["generation"],
      plugins.map(({ label, digest, version, source, enabled }) => [label, digest, version, source, enabled]),
    ];
  }
}
