// Refuses forward-paths that stand in the list `badrcptto`.

import { definePlugin, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { findRule, readAddressList } from "../shared/address_list.ts";
import type { AddressList } from "../shared/address_list.ts";

const plugin: Plugin<AddressList> = definePlugin({
  configure(given): AddressList {
    const list = readAddressList(given, "badrcptto");
    if (list.literals.size === 0) given.unused("rcpt");
    return list;
  },

  rcpt(event, list): Answer {
    const rule = findRule(list, event.forwardPath);
    if (rule === undefined) return pass();
    // The pattern itself stays here: it would show strangers how the operator filters.
    const text = rule.reason ?? "mail to this recipient not accepted here";
    return { ...reject(text, { status: "5.1.1" }), score: -2 };
  },
});

export default plugin;
