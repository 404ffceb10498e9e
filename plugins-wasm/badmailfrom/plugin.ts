// Refuses reverse-paths that stand in the list `badmailfrom`.

import { definePlugin, pass, reject } from "#sdk";
import type { Answer, Plugin } from "#sdk";
import { findRule, readAddressList } from "../shared/address_list.ts";
import type { AddressList } from "../shared/address_list.ts";

const plugin: Plugin<AddressList> = definePlugin({
  configure(given): AddressList {
    const list = readAddressList(given, "badmailfrom");
    if (list.literals.size === 0) given.unused("mail");
    return list;
  },

  mail(event, list): Answer {
    // The null reverse-path of a bounce has no address to look up (RFC 5321 §4.5.5).
    if (event.reversePath === null) return pass();
    const rule = findRule(list, event.reversePath);
    if (rule === undefined) return pass();
    const text = rule.reason ?? "Your envelope sender is in my badmailfrom list";
    return { ...reject(text, { status: "5.7.1" }), score: -1 };
  },
});

export default plugin;
