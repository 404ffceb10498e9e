// Puts off whoever is not known yet: a mail server tries again, most senders of spam do not.

import { defer, definePlugin, formatMailbox, noting, pass } from "#sdk";
import type { Answer, Given, Host, JsonObject, Plugin, RcptEvent, Verdict } from "#sdk";
import { clientNetwork } from "../shared/client_network.ts";
import { changeEntry, unlessStoreFails } from "../shared/remembered.ts";
import { keyPart } from "../shared/store_key.ts";
import { type Colour, type Timeouts, tryAt } from "./acquaintance.ts";
import { type Exclusions, isExcluded, readExclusions } from "./exclusions.ts";

interface Setup {
  readonly remoteIp: boolean;
  readonly sender: boolean;
  readonly recipient: boolean;
  readonly timeouts: Timeouts;
  readonly late: boolean;
  readonly exclusions: Exclusions;
}

/** Whoever loses so often against other sessions of the same client lets them write what is to be written. */
const attempts = 5;

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const { remote_ip: remoteIp, sender, recipient, deny_late: late } = given.settings;
    if (remoteIp !== true && sender !== true && recipient !== true) {
      given.problem("settings.remote_ip", "is false, as are sender and recipient: one of them must be true");
    }
    return {
      remoteIp: remoteIp === true,
      sender: sender === true,
      recipient: recipient === true,
      timeouts: readTimeouts(given),
      late: late === true,
      exclusions: readExclusions(given),
    };
  },

  rcpt(event, setup, host): Answer {
    const { session, transaction, notes } = event;
    if (isExcluded(setup.exclusions, session, transaction.reversePath)) return pass();
    // Every recipient of a message has the same key, unless the recipient is part of it.
    const known = setup.recipient ? undefined : notes?.transaction?.["found"];
    if (known === "white" || known === "black") return answer(known, event, setup, known);
    return unlessStoreFails(host, pass(), () => answer(look(event, setup, host), event, setup));
  },

  data(event): Answer {
    return event.notes?.transaction?.["late"] === true ? denied() : pass();
  },
});

export default plugin;

function readTimeouts(given: Given): Timeouts {
  const seconds = (name: string): number => Number(given.settings[name]);
  const timeouts = {
    black: seconds("black_timeout"),
    grey: seconds("grey_timeout"),
    white: seconds("white_timeout"),
  };
  if (timeouts.grey <= timeouts.black) {
    given.problem("settings.grey_timeout", "must be longer than black_timeout, or no client ever tries again in time");
  }
  return timeouts;
}

function look(event: RcptEvent, setup: Setup, host: Host): Colour {
  return changeEntry(host, keyOf(event, setup), attempts, (entry) => tryAt(event.time, entry, setup.timeouts)).ending;
}

function keyOf({ session, transaction, forwardPath }: RcptEvent, { remoteIp, sender, recipient }: Setup): string {
  const { address } = session.client;
  const { reversePath } = transaction;
  return [
    remoteIp ? clientNetwork(address) ?? keyPart(address) : "-",
    sender ? keyPart(reversePath === null ? "<>" : formatMailbox(reversePath)) : "-",
    recipient ? keyPart(formatMailbox(forwardPath)) : "-",
  ].join(" ");
}

/** What is found, and noted for the recipients and the DATA that follow. */
function answer(colour: Colour, { transaction }: RcptEvent, { late, recipient }: Setup, noted?: Colour): Answer {
  // Who only asks whether a mailbox exists, before it takes a message from there, sends from <> and never comes to DATA.
  const tellLater = colour === "black" && (late || transaction.reversePath === null);
  const verdict: Verdict = colour === "white" || tellLater ? pass() : denied();
  if (noted !== undefined) return verdict;
  const notes: JsonObject = { ...(recipient ? {} : { found: colour }), ...(tellLater ? { late: true } : {}) };
  return Object.keys(notes).length === 0 ? verdict : noting(verdict, { transaction: notes });
}

function denied(): Verdict {
  return defer("This mail is temporarily denied", { status: "4.7.1" });
}
