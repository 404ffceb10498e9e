// Decides the recipients of one domain by a list of its addresses.

import { definePlugin, formatMailbox, pass } from "#sdk";
import type { Answer, ConfiguringHost, Given, Plugin } from "#sdk";
import { quote } from "../shared/pattern.ts";
import { answerOf, readRecipientLines } from "../shared/recipient_lines.ts";
import type { Wording } from "../shared/recipient_lines.ts";

interface Setup {
  readonly domain: string;
  /** By address in lower case. */
  readonly listed: ReadonlyMap<string, Answer>;
  readonly unlisted: Answer;
}

const wording: Wording = {
  reject: "No such user.",
  rejectStatus: "5.1.1",
  defer: "This mailbox takes no mail now, try again later",
  deferStatus: "4.2.1",
};
// A domain name in any script, or an address literal.
const domainSetting = /^[^\s@<>]{1,255}$/;
const replyText = /^[ -~]{0,400}$/;

const plugin: Plugin<Setup> = definePlugin({
  configure(given, host): Setup {
    const domain = String(given.settings["domain"]).toLowerCase();
    if (!domainSetting.test(domain)) {
      given.problem("settings.domain", `${quote(domain)} is no domain: write "a.example"`);
    }
    return { domain, listed: readMap(given, domain, host), unlisted: unlistedAnswer(given) };
  },

  rcpt(event, { domain, listed, unlisted }): Answer {
    const { forwardPath } = event;
    if (forwardPath.domain.toLowerCase() !== domain) return pass();
    return listed.get(formatMailbox(forwardPath)) ?? unlisted;
  },
});

export default plugin;

function unlistedAnswer(given: Given): Answer {
  const { default: verdict, default_text: text } = given.settings;
  if (!replyText.test(String(text))) {
    given.problem("settings.default_text", "must be printable ASCII of at most 400 characters, as SMTP replies are");
  }
  const fate = { verdict: verdict as Answer["verdict"], disconnect: false };
  return answerOf(fate, text === "" ? undefined : String(text), wording);
}

function readMap(given: Given, domain: string, host: ConfiguringHost): Setup["listed"] {
  const listed = new Map<string, Answer>();
  let elsewhere = 0;
  for (const { pattern, fate, text, line } of readRecipientLines(given, "rcpt_map")) {
    const address = pattern.toLowerCase();
    const place = `lists.rcpt_map[${line}]`;
    if (!/.@./.test(address)) given.problem(place, `${quote(pattern)} is no address: write "user@domain"`);
    else if (!address.endsWith(`@${domain}`)) elsewhere += 1;
    else if (listed.has(address)) given.problem(place, `${quote(pattern)} stands here a second time`);
    else listed.set(address, answerOf(fate, text, wording));
  }
  // Other instances of the plugin read the same file for other domains.
  if (elsewhere > 0) host.log("info", `lines of rcpt_map that are not about ${domain}: ${elsewhere}`);
  if ((given.lists["rcpt_map"] ?? []).length === elsewhere) {
    given.problem("lists.rcpt_map", `has no address of ${quote(domain)}: all of them would be treated alike`);
  }
  return listed;
}
