// authdeny has no opinion of anybody, whatever he knows.

import { pass } from "#sdk";
import type { AuthEvent } from "#sdk";
import { authEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import type { Case } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const certificate = { verified: true, subject: "CN=alice", issuer: "CN=ca", fingerprint: "00", names: [], emails: [] };

const rows: readonly (readonly [title: string, event: Partial<AuthEvent>])[] = [
  ["a password", { mechanism: "PLAIN" }],
  ["an empty password", { mechanism: "LOGIN", claimed: "", password: "" }],
  ["a digest", { mechanism: "CRAM-MD5", challenge: "<1@mx>", digest: "00" }],
  ["a question for keys", { mechanism: "SCRAM-SHA-256", step: "keys" }],
  ["a token", { mechanism: "XOAUTH2", token: "t" }],
  ["a certificate", { mechanism: "EXTERNAL", certificate }],
  ["another's name", { authorize: "root" }],
];

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: rows.map(([title, event]): Case => [title, {}, "auth", authEvent(event), pass()]),
  asked: [["it is asked, so that AUTH is offered", {}, ["auth"]]],
});
