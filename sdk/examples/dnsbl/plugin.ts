// Refuses recipients to clients that a DNS block list names (RFC 5782), with the list's own reason.

import { type Answer, defer, definePlugin, pass, type Plugin, reject } from "#sdk";

interface Setup {
  readonly zone: string;
  readonly strict: boolean;
}

const plugin: Plugin<Setup> = definePlugin({
  configure: (given): Setup => ({ zone: String(given.settings["zone"]), strict: given.settings["strict"] === true }),

  rcpt(event, { zone, strict }, host): Answer {
    const { address } = event.session.client;
    // RFC 5782 §2.1. An IPv6 address would be reversed nibble by nibble (§2.4).
    if (address.includes(":")) return pass();
    const name = `${address.split(".").reverse().join(".")}.${zone}`;
    const [listed, why] = host.dns.resolveAll([{ name, type: "A" }, { name, type: "TXT" }]);
    if (listed.kind === "failed" || !["NOERROR", "NXDOMAIN"].includes(listed.rcode)) {
      host.log("warn", `${zone}: ${listed.kind === "failed" ? listed.message : listed.rcode}`);
      return strict ? defer(`Cannot ask ${zone} now, try again later`, { status: "4.7.1" }) : pass();
    }
    // RFC 5782 §2.1: other addresses are no listing, but a wildcard of who bought the domain.
    if (!listed.records.some((record) => record.startsWith("127."))) return pass();
    const [reason = `${address} is listed by ${zone}`] = why.kind === "answered" ? why.records : [];
    return reject(reason.replaceAll(/[^ -~]/g, "?").slice(0, 200), { status: "5.7.1" });
  },
});

export default plugin;
