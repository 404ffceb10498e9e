// What tls_required refuses, and where.

import { pass, reject } from "#sdk";
import type { Asked, Tls } from "#sdk";
import { authEvent, mailEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const refused = reject("Must issue a STARTTLS command first", { code: 530, status: "5.7.0" });
const tls: Tls = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };
const both = { settings: { hooks: ["mail", "auth"] } };
const submission = { settings: { hooks: ["mail", "auth"], ports: ["587", "2587"] } };

function at(port: number, known: { readonly tls?: Tls } = {}): Pick<Asked, "session"> {
  const { session } = mailEvent();
  return { session: { ...session, ...known, server: { ...session.server, port } } };
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    ["mail in the clear is refused", {}, "mail", mailEvent(at(25)), refused],
    ["so are bounces", {}, "mail", mailEvent({ ...at(25), reversePath: null }), refused],
    ["encrypted mail is not", {}, "mail", mailEvent(at(25, { tls })), pass()],
    ["authentication in the clear is refused", both, "auth", authEvent(at(25)), refused],
    ["keys are not given away either", both, "auth", authEvent({ ...at(25), step: "keys" }), refused],
    ["encrypted authentication is not", both, "auth", authEvent(at(25, { tls })), pass()],
    ["on a listed port it is refused", submission, "mail", mailEvent(at(587)), refused],
    ["on every listed port", submission, "auth", authEvent(at(2587)), refused],
    ["on another port it is not", submission, "mail", mailEvent(at(25)), pass()],
    ["nor authentication there", submission, "auth", authEvent(at(58)), pass()],
    ["on a listed port encrypted mail is taken", submission, "mail", mailEvent(at(587, { tls })), pass()],
  ],
  misconfigured: [
    ["another hook", { settings: { hooks: ["mail", "rcpt"] } }, "settings.hooks[1]", "is neither"],
    ["no hook", { settings: { hooks: [] } }, "settings.hooks", "names no hook"],
    ["no port", { settings: { ports: ["587", "smtp"] } }, "settings.ports[1]", "is no port"],
    ["a port that cannot be", { settings: { ports: ["65536"] } }, "settings.ports[0]", "is no port"],
    ["the port that stands for any", { settings: { ports: ["0"] } }, "settings.ports[0]", "is no port"],
  ],
  asked: [
    ["mail is guarded unless said otherwise", {}, ["mail"]],
    ["or authentication alone", { settings: { hooks: ["auth"] } }, ["auth"]],
    ["or both", both, ["auth", "mail"]],
  ],
});
