// Refuses recipients that the next server does not know, which it is asked about once in a while.

import { defer, definePlugin, HostError, pass, reject } from "#sdk";
import type { Answer, Given, Host, Mailbox, Plugin } from "#sdk";
import { type Domains, isAmong, readDomains } from "../shared/domains.ts";
import { quote } from "../shared/pattern.ts";
import { type Asking, askServer } from "./ask_server.ts";
import type { Said } from "./replies.ts";

interface Setup extends Asking {
  readonly domains: Domains;
  readonly unanswered: "defer" | "pass";
  /** Seconds. */
  readonly keep: { readonly exists: number; readonly missing: number };
}

/** Octets of a key of the store. */
const longestKey = 512;

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const { settings } = given;
    const domains = readOurs(given);
    if (domains.size === 0) given.unused("rcpt");
    const hours = (name: string): number => Math.round(Number(settings[name]) * 3600);
    return {
      domains,
      server: readServer(given),
      protocol: settings["protocol"] === "lmtp" ? "lmtp" : "smtp",
      hello: readHello(given),
      reversePath: readReversePath(given),
      timeout: Number(settings["timeout"]) * 1000,
      unanswered: settings["unanswered"] === "pass" ? "pass" : "defer",
      keep: { exists: hours("found_hours"), missing: hours("missing_hours") },
    };
  },

  rcpt({ forwardPath }, setup, host): Answer {
    const { localPart, domain } = forwardPath;
    // RFC 5321 §4.5.1: postmaster must be reached, whatever the next server thinks.
    if (localPart.toLowerCase() === "postmaster" || !isAmong(domain.toLowerCase(), setup.domains)) return pass();
    switch (recall(forwardPath, setup, host) ?? ask(forwardPath, setup, host)) {
      case "exists":
      case "other":
        return pass();
      case "missing":
        return { ...reject("Sorry, no mailbox by that name", { status: "5.1.1" }), score: -1 };
      case "later":
        if (setup.unanswered === "pass") return pass();
        return defer("Cannot find out now whether there is such a mailbox", { status: "4.4.3" });
    }
  },
});

export default plugin;

function readOurs(given: Given): Domains {
  const domains = given.settings["domains"] as readonly string[];
  if (domains.length > 0) return readDomains(given, "settings.domains", domains);
  return readDomains(given, "lists.rcpthosts", given.lists["rcpthosts"] ?? []);
}

function readServer(given: Given): string {
  const server = String(given.settings["server"]);
  if (!/^(?:unix:\/[!-~]{1,106}|(?:\[[0-9a-f.:]+\]|[a-z0-9._-]{1,253}):\d{1,5})$/i.test(server)) {
    given.problem("settings.server", `${quote(server)} is not like "127.0.0.1:25" or "unix:/run/dovecot/lmtp"`);
  }
  return server;
}

function readHello(given: Given): string {
  const hello = String(given.settings["hello"]) || given.serverName;
  // RFC 5321 §4.1.1.1: a domain or an address literal.
  if (!/^[a-z0-9.:[\]_-]{1,255}$/i.test(hello)) given.problem("settings.hello", `${quote(hello)} is no domain`);
  return hello;
}

function readReversePath(given: Given): Mailbox | null {
  const text = String(given.settings["mail_from"]);
  const [, localPart = "", domain = ""] =
    /^([a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@([a-z0-9.:[\]-]{1,255})$/i.exec(text) ?? [];
  if (text === "" || text === "<>") return null;
  if (localPart === "") given.problem("settings.mail_from", `${quote(text)} is not like "someone@example.org"`);
  return { localPart, domain };
}

/** What is remembered; undefined if nothing is. */
function recall(mailbox: Mailbox, setup: Setup, host: Host): Said | undefined {
  const key = keyOf(mailbox, setup);
  const value = key === undefined ? undefined : trying(host, () => host.store.get(key));
  return value === "exists" || value === "missing" ? value : undefined;
}

function ask(mailbox: Mailbox, setup: Setup, host: Host): Said {
  const asked = askServer(host, setup, mailbox);
  if (asked.kind === "unasked") {
    host.log("warn", `${setup.server} cannot be asked: ${asked.why}`);
    return "later";
  }
  const { said, words } = asked;
  if (said === "exists" || said === "missing") remember(mailbox, said, setup, host);
  else host.log("info", `${setup.server} does not say whether it exists: ${words}`);
  return said;
}

function remember(mailbox: Mailbox, said: "exists" | "missing", setup: Setup, host: Host): void {
  const [key, expires] = [keyOf(mailbox, setup), setup.keep[said]];
  if (key !== undefined && expires > 0) trying(host, () => host.store.set(key, said, { expires }));
}

/** Undefined if it is too long to be remembered: a digest could be that of another mailbox. */
function keyOf({ localPart, domain }: Mailbox, { server }: Setup): string | undefined {
  const key = `${server} ${localPart}@${domain.toLowerCase()}`;
  return new TextEncoder().encode(key).length <= longestKey && !key.includes("\0") ? key : undefined;
}

/** A store that does not work costs a question to the server, not the mail. */
function trying<T>(host: Host, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    host.log("warn", `The store does not work: ${error.code}: ${error.message}`);
    return undefined;
  }
}
