// Lets in whom an IMAP server lets in: one connection and one login for each password.

import { definePlugin } from "#sdk";
import type { Answer, Host, Plugin } from "#sdk";
import { type Claimed, type Judged, judgePassword } from "../shared/judge_password.ts";
import { type Ended, ImapSession } from "./imap.ts";

interface Setup {
  /** `host:port` */
  readonly to: string;
  readonly tls: "implicit" | "starttls" | "off";
  /** Milliseconds of each step. */
  readonly timeout: number;
}

/** RFC 5530 §3: these are about the server, not about the password. */
const troubles: ReadonlySet<string> = new Set([
  "UNAVAILABLE",
  "PRIVACYREQUIRED",
  "CONTACTADMIN",
  "INUSE",
  "LIMIT",
  "SERVERBUG",
  "CLIENTBUG",
]);

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const { host: name, port, timeout } = given.settings;
    const tls = given.settings["tls"] as Setup["tls"];
    const host = String(name);
    if (!/^[A-Za-z0-9._-]+$|^[0-9A-Fa-f:.]+$/.test(host)) {
      given.problem("settings.host", "must be a name or an address");
    }
    if (tls === "off" && !/^(127\.[\d.]+|::1|localhost)$/.test(host)) {
      given.problem("settings.tls", "may be off on this machine alone: passwords would travel in clear");
    }
    return { to: `${host.includes(":") ? `[${host}]` : host}:${port}`, tls, timeout: Number(timeout) * 1000 };
  },

  auth(event, setup, host): Answer {
    return judgePassword(event, host, (claimed) => judge(claimed, setup, host));
  },
});

export default plugin;

function judge(claimed: Claimed, setup: Setup, host: Host): Judged {
  const ended = logIn(claimed, setup, host);
  if (ended.kind === "ok") return "right";
  // It does not tell whether there is such a user: that may be another plugin's.
  if (ended.kind === "no" && !troubles.has(ended.code)) return "unknown";
  const why = ended.kind === "gone" ? ended.why : `it says ${ended.kind.toUpperCase()} ${ended.code}`.trimEnd();
  host.log("error", `${setup.to} cannot be asked for passwords: ${why}`);
  return "unavailable";
}

function logIn(claimed: Claimed, { to, tls, timeout }: Setup, host: Host): Ended {
  const connection = host.tcp.open(to, { timeout });
  if (tls === "implicit") connection.secure();
  const session = new ImapSession(connection);
  const trouble = session.greeting() ?? (tls === "starttls" ? session.startTls() : undefined);
  if (trouble !== undefined) return { kind: "gone", why: trouble };
  const ended = session.logIn(claimed);
  if (ended.kind !== "gone") session.logOut();
  return ended;
}
