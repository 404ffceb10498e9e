// What each listener offers in one generation: from the configuration, the plugins and the delivery. Pure.

import { version } from "../cli/version.ts";
import type { Config } from "../config/config.ts";
import type { ExtensionsChoice, Listener, ResultsChoice } from "../config/protocol.ts";
import type { Extension, Offer } from "../smtp/extensions.ts";
import type { Generation } from "./generation.ts";

/** How each extension is switched on. */
const switches: { readonly [E in Extension]: keyof ExtensionsChoice } = {
  "CHUNKING": "chunking",
  "DSN": "dsn",
  "REQUIRETLS": "requiretls",
  "MT-PRIORITY": "mtPriority",
  "DELIVERBY": "deliverBy",
  "FUTURERELEASE": "futureRelease",
};

/**
 * What a backend can keep of a promise beyond taking the message. A Maildir is the end of the way: there is nobody to
 * notify the author by, and nothing left to encrypt.
 */
const kept: { readonly [B in Config["delivery"]["backend"]]: readonly Extension[] } = {
  maildir: ["CHUNKING", "REQUIRETLS"],
  discard: ["CHUNKING", "REQUIRETLS"],
  smtp: ["CHUNKING", "DSN", "REQUIRETLS", "MT-PRIORITY", "DELIVERBY", "FUTURERELEASE"],
};

export function offerOf({ config, chains }: Generation, { mode, tls }: Listener): Offer {
  const { auth, authenticationResults, delivery, extensions, hostname, limits, smuggling } = config;
  return {
    hostname,
    software: `qpsmtpd/${version()}`,
    mode,
    tls,
    // Without a plugin that could say yes it would only invite guessers.
    mechanisms: chains.auth.length === 0 ? [] : auth.mechanisms,
    authWithoutTls: auth.withoutTls,
    extensions: new Set(kept[delivery.backend].filter((extension) => extensions[switches[extension]])),
    results: resultsOf(authenticationResults, hostname, mode),
    pipelining: smuggling.pipelining,
    maxMessageSize: limits.messageSize,
    maxRecipients: limits.recipients,
    maxTransactions: limits.transactions,
    maxCommands: limits.commands,
    maxRefusals: limits.refusals,
    maxAttempts: auth.attempts,
  };
}

/** Recipients of what one's own people send need not know their logins and addresses, and could not believe it either. */
function resultsOf(choice: ResultsChoice, hostname: string, mode: Listener["mode"]): Offer["results"] {
  const { id = hostname, add, addToSubmissions } = choice;
  return { id, add: add && (mode !== "submission" || addToSubmissions) };
}
