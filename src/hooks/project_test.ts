import assert from "node:assert/strict";
import { test } from "node:test";
import { type HookName, hookNames } from "../../sdk/contract/contract.ts";
import { parseCommand } from "../smtp/command.ts";
import { type Session, untrusted } from "../smtp/session.ts";
import type { Content } from "../spool/spool.ts";
import { project, type Subject } from "./project.ts";

const mailbox = (localPart: string): { localPart: string; domain: string } => ({ localPart, domain: "example.org" });

const session: Session = {
  id: "s1",
  client: { address: "192.0.2.1", port: 4000 },
  server: { address: "192.0.2.2", port: 25 },
  hello: { verb: "EHLO", name: "client.test" },
  trust: untrusted,
  commands: 5,
  failedAttempts: 0,
  refusals: 3,
  transactions: 1,
  transaction: {
    id: "s1.1",
    reversePath: mailbox("author"),
    forwardPaths: [mailbox("one"), mailbox("two")],
    parameters: {},
    refusedRecipients: 0,
  },
};

const content = { size: 5 } as Content;
const moment = { time: 1000, seed: 7 };
const base = ["seed", "session", "time"];
const transaction = [...base, "transaction"];
const envelope = [...base, "forwardPaths", "transaction"];

const credentials = { mechanism: "PLAIN", step: "check", claimed: "a", password: "b" } as const;

function question(hook: HookName, line: string): Subject {
  return { kind: "question", session, hook, command: parseCommand(line), early: false };
}

const rows: readonly [Subject, readonly string[]][] = [
  [{ kind: "connected", hook: "connect", early: true, load: { averages: [1, 2, 3], processors: 4 } }, [
    ...base,
    "early",
    "load",
  ]],
  [question("helo", "HELO x.test"), [...base, "name"]],
  [question("ehlo", "EHLO x.test"), [...base, "name"]],
  [{ kind: "credentials", hook: "auth", credentials }, [...base, "claimed", "mechanism", "password", "step"]],
  [question("mail", "MAIL FROM:<a@example.org> SIZE=10"), [...base, "parameters", "reversePath"]],
  [question("rcpt", "RCPT TO:<b@example.org>"), [...transaction, "forwardPath", "parameters"]],
  [question("data", "DATA"), [...envelope, "early"]],
  [{ kind: "headers", hook: "data_headers_end", headers: [["A", "b"]] }, [...envelope, "headers"]],
  [{ kind: "message", hook: "data_post", headers: [], content }, [...envelope, "headers", "size"]],
  [{ kind: "message", hook: "queue", headers: [], content }, [...envelope, "headers", "size"]],
  [question("vrfy", "VRFY someone"), [...base, "argument"]],
  [question("noop", "NOOP x"), [...base, "argument"]],
  [question("help", "HELP mail"), [...base, "argument"]],
  [question("unrecognized_command", "BOGUS a b"), [...base, "argument", "verb"]],
  [question("quit", "QUIT"), base],
  [{ kind: "fact", hook: "reset_transaction" }, base],
  [{ kind: "fact", hook: "disconnect" }, base],
];

for (const [subject, keys] of rows) {
  test(`${subject.hook}: exactly the fields of its event`, () => {
    assert.deepEqual(Object.keys(project(session, "mx.test", subject, moment)).sort(), [...keys].sort());
  });
}

test("data: who sends octets behind BDAT is not early, who sends them behind DATA is", () => {
  for (const [line, early] of [["BDAT 5 LAST", false], ["DATA", true]] as const) {
    const subject: Subject = { kind: "question", session, hook: "data", command: parseCommand(line), early: true };
    assert.partialDeepStrictEqual(project(session, "mx.test", subject, moment), { early });
  }
});

test("every hook has its row", () => {
  assert.deepEqual(rows.map(([subject]) => subject.hook), hookNames);
});

test("rcpt: the recipients so far are a count, however many they are", () => {
  const event = project(session, "mx.test", question("rcpt", "RCPT TO:<b@example.org>"), moment);
  assert.partialDeepStrictEqual(event, {
    transaction: { id: "s1.1", reversePath: mailbox("author"), recipientCount: 2 },
  });
});

test("the session a plugin sees is its client, its server and its hello", () => {
  const event = project(session, "mx.test", { kind: "fact", hook: "disconnect" }, moment);
  assert.deepEqual(event.session, {
    id: "s1",
    client: { address: "192.0.2.1", port: 4000 },
    server: { address: "192.0.2.2", port: 25, name: "mx.test" },
    hello: { verb: "EHLO", name: "client.test" },
  });
});
