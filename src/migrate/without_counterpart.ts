// qpsmtpd's plugins that there are none of here, not even instead: why, and what to do.
//
// Of others plugins-wasm/DIFFERENCES.md speaks, whose word comes before what stands here.

const content = "Nothing here looks into the content of messages for it yet.";
const backend =
  'Let a filter such as rspamd look at the mail behind this server: delivery.backend = "smtp" passes its ' +
  "refusals on.";
const scanner = `${content} ${backend}`;
const signature = "Nothing here checks or makes signatures yet. Let the server behind this one do it.";

export const withoutCounterpart: ReadonlyMap<string, string> = new Map([
  [
    "auth_cvm_unix_local",
    "There is no plugin for it yet. Move the users into flat_auth_pw (qpsmtpd password USER), or ask the service by a " +
    "plugin of your own.",
  ],
  [
    "bogus_bounce",
    "Nothing here judges bounces by the number of their recipients yet; it only logged, unless told to.",
  ],
  ["content_log", "Nothing here keeps copies of all mail. Let the server behind this one do it."],
  ["dkim", signature],
  ["dmarc", signature],
  ["domainkeys", "DomainKeys is obsolete (RFC 6376 took its place): leave it out."],
  ["dspam", scanner],
  ["ident", "Nothing here asks for it."],
  ["milter", `Nothing here speaks to milters. ${backend}`],
  [
    "qmail_deliverable",
    "Use recipient_exists, which asks the server behind this one, or list mailboxes in rcpt_map; with delivery.backend = " +
    '"smtp" the refusals of the server behind reach the client at the end of the message.',
  ],
  ["sender_permitted_from", "Nothing here checks SPF yet. Let the server behind this one do it."],
  ["spamassassin", scanner],
  ["uribl", scanner],
  ...["aveclient", "bitdefender", "clamav", "clamdscan", "hbedv", "kavscanner", "klez_filter", "sophie", "uvscan"]
    .map((name): [string, string] => [name, scanner]),
]);

/** Of a plugin that qpsmtpd never had. */
export const unknownPlugin: string =
  "It is none of qpsmtpd's own plugins. Write it anew: sdk/typescript/README.md begins with " +
  "twenty lines";
