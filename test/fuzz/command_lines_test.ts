// Whatever a client sends and plugins decide: no exception, one well-formed reply to a line, and that soon.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "../../src/smtp/command.ts";
import { commandRules } from "../../src/smtp/command_rules.ts";
import { type Line, LineDecoder } from "../../src/smtp/line_decoder.ts";
import { formatReply, type Reply } from "../../src/smtp/reply.ts";
import type { Outcome } from "../../src/smtp/step.ts";
import { Dice } from "../support/random_module.ts";
import { written } from "../support/transcript_octets.ts";
import { longestLine, randomLine } from "./random_line.ts";
import { RandomSession } from "./random_session.ts";

const seed = 1;
const lineCount = 100_000;

/** Milliseconds for one line. */
const soon = 5;

test(`${lineCount} random lines, seed ${seed}: one well-formed reply each`, () => {
  const dice = new Dice(seed);
  const codes = new Map<number, number>();
  const heard = new Set<string>();
  let talk = begin(dice);
  for (let n = 0; n < lineCount;) {
    const octets = randomLine(dice);
    for (const line of linesOf(octets)) {
      n++;
      try {
        const outcome = talk.hear(line);
        codes.set(outcome.reply.code, (codes.get(outcome.reply.code) ?? 0) + 1);
        heard.add(situation(line, talk));
        judge(outcome, talk.introduced || isHello(line), talk);
        if (outcome.next === "message") judge(talk.endMessage(), false, talk);
        if (outcome.next === "close") talk = begin(dice);
      } catch (error) {
        throw new Error(`line ${n}, ${written(octets)}: ${error instanceof Error ? error.stack : error}`);
      }
    }
  }
  // Otherwise the lines have become too wild to get anywhere.
  for (const code of [220, 221, 235, 250, 354, 421, 500, 501, 502, 503, 530, 550, 555]) {
    assert.ok((codes.get(code) ?? 0) > 20, `${code} was said ${codes.get(code) ?? 0} times only`);
  }
  assert.deepEqual(situations.filter((each) => !heard.has(each)), [], "never heard");
});

test(`no line takes more than ${soon} ms to be read`, () => {
  const dice = new Dice(seed);
  const slow: string[] = [];
  for (let n = 0; n < lineCount / 4; n++) {
    const line = Buffer.from(randomLine(dice), "latin1").toString("utf8");
    if (reading(line) > soon && Math.min(reading(line), reading(line), reading(line)) > soon) slow.push(line);
  }
  assert.deepEqual(slow.map((line) => `${reading(line)} ms: ${written(line).slice(0, 80)}`), []);
});

test(`lines of one thing again and again: none takes more than ${soon} ms to be read`, () => {
  const heads = [
    "",
    "NOOP ",
    "EHLO ",
    "MAIL FROM:<",
    "MAIL FROM:<a@",
    'RCPT TO:<"',
    "RCPT TO:<a@b.test> ",
    "AUTH PLAIN ",
  ];
  const runs = [
    " ",
    "\t",
    "a ",
    "a.",
    "a-",
    "@a,",
    "@",
    ":",
    "\\",
    '\\"',
    "<",
    "=",
    "+2B",
    "é",
    "[",
    "SIZE=1 ",
    "x=\\x{00}",
  ];
  const slow = heads.flatMap((head) => {
    return runs.flatMap((run) => ["", "x", ">", ";"].map((end) => head + run.repeat(longestLine / run.length) + end));
  }).filter((line) => Math.min(reading(line), reading(line), reading(line)) > soon);
  assert.deepEqual(slow.map((line) => `${written(line).slice(0, 40)} ... ${line.at(-1)}`), []);
});

/** Every verb on every kind of listener; what trust changes is in those of XCLIENT and XFORWARD. */
const situations: readonly string[] = ["smtp", "submission", "lmtp"].flatMap((mode) => {
  const listeners = ["off", "offered", "required", "implicit"].map((tls) => `${mode}, TLS ${tls}`);
  return listeners.flatMap((listener) => {
    return Object.keys(commandRules).flatMap((verb) => {
      const trusts = verb === "XCLIENT" || verb === "XFORWARD" ? ["untrusted", "trusted"] : ["any"];
      return trusts.map((trust) => `${listener}: ${verb}, ${trust}`);
    });
  });
});

function situation(line: Line, { offer, session: { trust } }: RandomSession): string {
  const command = parseCommand(line.kind === "line" ? line.text : "");
  const verb = command.verb === "malformed" ? command.of : command.verb;
  const trusted = verb === "XCLIENT" ? trust.xclient : verb === "XFORWARD" ? trust.xforward : undefined;
  const trustword = trusted === undefined ? "any" : trusted ? "trusted" : "untrusted";
  return `${offer.mode}, TLS ${offer.tls}: ${verb}, ${trustword}`;
}

function reading(line: string): number {
  const before = performance.now();
  parseCommand(line);
  return performance.now() - before;
}

function begin(dice: Dice): RandomSession {
  for (;;) {
    const talk = new RandomSession(dice);
    const outcome = talk.greet();
    judgeReply(outcome.reply, "unwanted");
    if (outcome.next === "command") return talk;
  }
}

/** Octets may hold a bare LF: then they are more than one line. */
function linesOf(octets: string): readonly Line[] {
  const decoder = new LineDecoder(longestLine + 2);
  decoder.push(Buffer.from(`${octets}\r\n`, "latin1"));
  const lines: Line[] = [];
  for (let line = decoder.next(); line !== undefined; line = decoder.next()) lines.push(line);
  assert.equal(decoder.buffered, 0);
  return lines;
}

function isHello(line: Line): boolean {
  return line.kind === "line" && /^(?:EHLO|HELO|LHLO)(?: |[ \t]*$)/i.test(line.text);
}

function judge({ reply, others = [], next }: Outcome, isGreeting: boolean, { session, offer }: RandomSession): void {
  assert.ok(others.length === 0 || offer.mode === "lmtp", "only LMTP has more than one reply");
  assert.ok(others.length < offer.maxRecipients);
  // 421 and the like are no answers to the hello, but may come at any time.
  const status = !isGreeting ? "wanted" : next === "close" ? "either" : "unwanted";
  for (const each of [reply, ...others]) judgeReply(each, status);
  assert.equal(next === "message", reply.code === 354);
  assert.ok(next !== "secure" || reply.code === 220);
  // RFC 5321 §3.8: whoever says 421 closes.
  assert.ok(reply.code !== 421 || next === "close", "421 without a close");
  assert.ok((session.transaction?.forwardPaths.length ?? 0) <= offer.maxRecipients);
}

/**
 * Status as RFC 2034 §4 wants it: in every line, of the code's class; none in 3xx, in the greeting, and in what a hello
 * is answered.
 */
function judgeReply(reply: Reply, wanted: "wanted" | "unwanted" | "either"): void {
  const { code, status } = reply;
  const wire = formatReply(reply);
  const prefix = status === undefined ? "" : RegExp.escape(`${status} `);
  assert.match(wire, new RegExp(`^(?:${code}-${prefix}[ -~]*\r\n)*${code} ${prefix}[ -~]*\r\n$`));
  for (const line of wire.split("\r\n")) assert.ok(line.length <= 510, "RFC 5321 §4.5.3.1.5");
  if (status !== undefined) assert.match(status, new RegExp(`^${wire[0]}(?:\\.[0-9]{1,3}){2}$`), wire);
  if (code >= 300 && code < 400) assert.equal(status, undefined, wire);
  else if (wanted !== "either") assert.equal(status === undefined, wanted === "unwanted", `status ${wanted}: ${wire}`);
}
