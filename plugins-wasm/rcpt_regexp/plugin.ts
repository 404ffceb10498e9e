// Decides recipients by the list `rcpt_regexp` of regular expressions and addresses.

import { definePlugin, formatMailbox, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { findAnswer, readRules } from "./rules.ts";
import type { Rules } from "./rules.ts";

// RFC 5321 §4.5.3.1.1-3 allows 64 octets, the at sign and 255 octets. The patterns are the operator's, but what they
// are tried on comes from strangers.
const longestAddress = 320;

const plugin: Plugin<Rules> = definePlugin({
  configure(given): Rules {
    const rules = readRules(given);
    if (rules.literals.size === 0 && rules.expressions.length === 0) given.unused("rcpt");
    return rules;
  },

  rcpt(event, rules): Answer {
    const address = formatMailbox(event.forwardPath);
    if (address.length > longestAddress) return reject("The address is too long", { status: "5.1.3" });
    return findAnswer(rules, address) ?? pass();
  },
});

export default plugin;
