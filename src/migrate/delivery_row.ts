// qpsmtpd's queue plugins as [delivery]: the first one counts, as it did there.

import { isIP } from "node:net";
import { domainPattern } from "../config/units.ts";
import type { Effect, Entry } from "./effect.ts";
import type { PluginLine } from "./plugin_line.ts";
import { asWritten } from "./plugin_row.ts";

type Keys = { readonly [key: string]: string | number };

interface Delivery {
  readonly keys: Keys;
  readonly differs?: string;
  readonly wrong?: string;
}

/** Where a local mail system is asked to listen: never our own port, which would be a circle. */
const localPort = 10025;

const rows: ReadonlyMap<string, (words: readonly string[]) => Delivery> = new Map([
  ["smtp-forward", forward],
  ["maildir", maildir],
  ["qmail-queue", () => local("qmail")],
  ["postfix-queue", () => local("Postfix")],
  ["exim-bsmtp", () => local("Exim")],
]);

/** Nothing if it is no queue plugin of qpsmtpd's. `taken`: an earlier line has decided. */
export function translateDelivery(line: PluginLine, taken: boolean): Effect | undefined {
  const row = line.folder === "queue" ? rows.get(line.name) : undefined;
  if (row === undefined) return undefined;
  const { place } = line;
  const from = asWritten(line);
  if (taken) {
    const why = "mail has one way out here, that of the first queue plugin";
    return { steps: [{ from, comment: `not taken over: ${why}` }], remarks: [{ kind: "lost", place, text: why }] };
  }
  const { keys, differs, wrong } = row(line.words);
  const entries: Entry[] = Object.entries(keys).map(([key, value]) => ({ key: `delivery.${key}`, value, from }));
  return {
    entries,
    remarks: [
      { kind: "became", place, text: `${line.text} → delivery.backend = "${keys["backend"]}"` },
      ...(differs === undefined ? [] : [{ kind: "differs" as const, place, text: differs }]),
      ...(wrong === undefined ? [] : [{ kind: "unreadable" as const, place, text: wrong }]),
    ],
  };
}

function forward([host = "", port = "25", xclient]: readonly string[]): Delivery {
  if ((isIP(host) === 0 && !domainPattern.test(host)) || !isPort(port)) {
    const wrong = `smtp-forward needs a host and a port; ${local("it").differs}`;
    return { keys: local("it").keys, wrong };
  }
  const keys = { backend: "smtp", "smtp.host": host, "smtp.port": Number(port) };
  return xclient === undefined ? { keys } : { keys, differs: "XCLIENT is not spoken to the next server" };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}

/** `PATH [SUBFOLDER [PERMISSIONS]]`. */
function maildir([path = "", below = ""]: readonly string[]): Delivery {
  const whole = /^[0-7]{3,4}$/.test(below) || below === "" ? path : `${path}/${below}`;
  if (path !== "" && /^(?:[^%\0]|%[ldu])+$/.test(whole)) {
    const keys = { backend: "maildir", "maildir.path": whole };
    return whole.startsWith("/") ? { keys } : { keys, differs: "the path is relative to the folder of `state`" };
  }
  const wrong = "maildir needs a path with no placeholders but %l, %d and %u; STATE/maildir is taken";
  return { keys: { backend: "maildir", "maildir.path": "maildir" }, wrong };
}

function local(system: string): Delivery {
  return {
    keys: { backend: "smtp", "smtp.host": "127.0.0.1", "smtp.port": localPort },
    differs:
      `mail goes out by SMTP only: let ${system} listen on 127.0.0.1:${localPort}, without filters of its own, ` +
      "or write where it does. Until then clients are told to try again later",
  };
}
