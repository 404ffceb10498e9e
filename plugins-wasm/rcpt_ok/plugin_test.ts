// What rcpt_ok takes for ours.

import { accept, reject } from "#sdk";
import type { Answer, Mailbox, RcptEvent } from "#sdk";
import { rcptEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const denied = reject("Relaying denied", { status: "5.7.1" });
const listed = {
  lists: { rcpthosts: ["localhost", "Example.COM", ".sub.example.net", "[192.0.2.1]", "BÜCHER.example"] },
};

function to(domain: string, localPart = "user"): RcptEvent {
  const forwardPath: Mailbox = { localPart, domain };
  return rcptEvent({ forwardPath });
}

/** To somewhere else, by a client of whom this is known. */
function from(known: Partial<RcptEvent["session"]>): RcptEvent {
  const event = to("elsewhere.example");
  return { ...event, session: { ...event.session, ...known } };
}

function row(title: string, domain: string, expected: Answer): Case {
  return [title, listed, "rcpt", to(domain), expected];
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    row("a listed host is ours", "localhost", accept()),
    row("a host that is not listed is not", "example.org", denied),
    row("letters are compared without case", "eXample.com", accept()),
    row("the server's own name is ours without a line", "mx.server.example", accept()),
    row("a host does not stand for what is below it", "mail.example.com", denied),
    row("nor for a name that ends alike", "notexample.com", denied),
    row("nor for a name that begins alike", "example.com.evil.example", denied),
    row("a suffix stands for everything below it", "a.b.sub.example.net", accept()),
    row("a suffix does not stand for itself", "sub.example.net", denied),
    row("nor for a name that ends alike without a dot", "notsub.example.net", denied),
    row("an address literal must be listed", "[192.0.2.1]", accept()),
    row("another address literal is not ours", "[192.0.2.10]", denied),
    row("domains of any script are compared without case", "bücher.example", accept()),
    row("another such domain is not ours", "bucher.example", denied),
    // RFC 5321 §4.5.1
    ["<postmaster> is ours", {}, "rcpt", to("", "postmaster"), accept()],
    ["postmaster elsewhere is not", {}, "rcpt", to("example.com", "postmaster"), denied],
    ["without lines only the own name is ours", {}, "rcpt", to("example.com"), denied],
    ["the own name is compared without case", { serverName: "MX.Example" }, "rcpt", to("mx.eXAMPLE"), accept()],
    ["an authenticated user may send to anyone", listed, "rcpt", from({ user: "alice" }), accept()],
    ["so may a client that is marked", listed, "rcpt", from({ marks: ["relay"] }), accept()],
    ["one that is only allowed may not", listed, "rcpt", from({ marks: ["allowed"] }), denied],
    ["a quoted local part cannot smuggle a domain", listed, "rcpt", to("evil.example", "user@localhost"), denied],
  ],
  misconfigured: [
    [
      "an address is no domain",
      { lists: { rcpthosts: ["a.example", "u@b.example"] } },
      "lists.rcpthosts[1]",
      '"u@b.ex',
    ],
    ["nor is a wildcard", { lists: { rcpthosts: ["*"] } }, "lists.rcpthosts[0]", '"*" is no domain'],
    ["nor is a lone dot", { lists: { rcpthosts: ["."] } }, "lists.rcpthosts[0]", '"." is no domain'],
    ["nor a domain with a dot behind", { lists: { rcpthosts: ["a.example."] } }, "lists.rcpthosts[0]", '"a.example."'],
    ["nor two in a line", { lists: { rcpthosts: ["a.example b.example"] } }, "lists.rcpthosts[0]", '"a.example b'],
    ["nor what is too long", { lists: { rcpthosts: [`${"a".repeat(256)}.b`] } }, "lists.rcpthosts[0]", '"aaa'],
  ],
});
