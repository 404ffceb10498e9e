import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../test/support/eventually.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import { sendMessage } from "../../test/support/smtp_peer.ts";
import { startCollector, type TraceCollector, type TracedSpan } from "../../test/support/trace_collector.ts";
import type { TelemetryChoice } from "./choice.ts";
import { Telemetry, telemetryProblems } from "./telemetry.ts";

const standard = { service: "mx", sample: 1, addresses: false, gzip: false, queue: 1000, interval: 10, timeout: 1000 };
const path = { reversePath: "author@sender.test", forwardPaths: ["reader@reader.test"] };

/** The spans of all that was said, when everything is over. */
async function spansOf(
  options: Serving & { readonly choice?: Partial<TelemetryChoice> },
  talk: (served: Served, telemetry: Telemetry, collector: TraceCollector) => Promise<void>,
): Promise<readonly TracedSpan[]> {
  const collector = await startCollector();
  const runtime = { name: "Node", version: "24" };
  const telemetry = new Telemetry({ version: "1.2.3", runtime, log: () => {} });
  try {
    await telemetry.follow({ ...standard, endpoint: collector.url, ...options.choice });
    await serving({ ...options, watch: telemetry }, async (served) => {
      await talk(served, telemetry, collector);
      await eventually(() => "sessions are left", () => served.daemon.connections === 0 ? true : undefined);
    });
    await telemetry.close();
    assert.deepEqual(collector.problems, []);
    return collector.spans;
  } finally {
    await collector.stop();
  }
}

function named(spans: readonly TracedSpan[], name: string): readonly TracedSpan[] {
  return spans.filter((span) => span.name === name);
}

async function say(served: Served, ...lines: readonly string[]): Promise<void> {
  const peer = await served.greet();
  for (const line of lines) await peer.ask(line);
  await peer.ask("QUIT");
  peer.destroy();
}

test("transactions end as they did: accepted, refused at MAIL, given up by RSET, left", async () => {
  const picky = nativePlugin("picky", {
    mail: ({ reversePath }) =>
      reversePath?.localPart === "bad" ? { verdict: "reject", text: "No" } : { verdict: "pass" },
  });
  const spans = await spansOf({ plugins: [picky, acceptAll] }, async (served) => {
    await say(served, "MAIL FROM:<bad@b.test>", "MAIL FROM:<a@b.test>", "RSET");
    const peer = await served.greet();
    await sendMessage(peer, path, "Subject: x\r\n\r\nx");
    await peer.ask("MAIL FROM:<a@b.test>");
    peer.destroy();
  });
  const ended = named(spans, "transaction").map((
    { attributes },
  ) => [attributes["smtp.ending"], attributes["smtp.code"]]);
  assert.deepEqual(ended, [["refused", 550], ["given up", 250], ["accepted", 250], ["left", 250]]);
  const sessions = named(spans, "session");
  assert.equal(sessions.length, 2);
  assert.equal(new Set(spans.map(({ trace }) => trace)).size, 2);
  for (const transaction of named(spans, "transaction")) {
    assert.ok(sessions.some(({ id, trace }) => id === transaction.parent && trace === transaction.trace));
  }
  for (const { parent, start } of named(spans, "hook mail")) {
    const transaction = spans.find(({ id }) => id === parent);
    assert.equal(transaction?.name, "transaction");
    assert.ok((transaction?.start ?? 0n) <= start);
  }
});

test("plugins that hear of the end of a transaction and a session are part of these", async () => {
  const observer = nativePlugin("observer", {
    reset_transaction: () => ({ verdict: "pass" }),
    disconnect: () => ({ verdict: "pass" }),
  });
  const spans = await spansOf({ plugins: [observer] }, (served) => say(served, "MAIL FROM:<a@b.test>", "RSET"));
  const parentOf = (name: string): string | undefined => {
    const [hook] = named(spans, name);
    return spans.find(({ id }) => id === hook?.parent)?.name;
  };
  assert.equal(parentOf("hook reset_transaction"), "transaction");
  assert.equal(parentOf("hook disconnect"), "session");
});

test("a plugin that fails is an error, one that refuses is not", async () => {
  const broken = nativePlugin("broken", {
    rcpt: () => {
      throw new Error("at <reader@reader.test>");
    },
  }, "pass");
  const refusing = nativePlugin("refusing", {
    rcpt: () => ({ verdict: "reject", text: "reader@reader.test is away" }),
  });
  const script = ["MAIL FROM:<author@sender.test>", "RCPT TO:<reader@reader.test>"];
  const spans = await spansOf({ plugins: [broken, refusing] }, (served) => say(served, ...script));
  const found = named(spans, "plugin").map(({ attributes, failure }) => [attributes["smtp.verdict"], failure]);
  assert.deepEqual(found, [["failed", "trap"], ["refuses", undefined]]);
  assert.deepEqual(spans.filter(({ failure }) => failure !== undefined).length, 1);
});

for (const addresses of [false, true]) {
  test(`addresses of mailboxes are ${addresses ? "told, since that is wanted" : "not told"}`, async () => {
    const refusing = nativePlugin("refusing", {
      rcpt: ({ forwardPath: { localPart } }) => {
        return localPart === "away" ? { verdict: "reject", text: "away@reader.test is away" } : { verdict: "accept" };
      },
    });
    const spans = await spansOf({ plugins: [refusing], choice: { addresses } }, async (served) => {
      await say(served, "MAIL FROM:<author@sender.test>", "RCPT TO:<away@reader.test>", "RCPT TO:<reader@reader.test>");
    });
    const text = JSON.stringify(spans.map(({ attributes, failure, name }) => [attributes, failure, name]));
    for (const word of ["author@sender.test", "reader@reader.test", "away@reader.test is away"]) {
      assert.equal(text.includes(word), addresses, word);
    }
  });
}

test("a session is traced whole or not at all, and as many as are wanted", async () => {
  const spans = await spansOf({ plugins: [acceptAll], choice: { sample: 0.5 } }, async (served) => {
    for (let count = 0; count < 60; count++) {
      const peer = await served.greet();
      await sendMessage(peer, path, "Subject: x\r\n\r\nx");
      peer.destroy();
    }
  });
  const sessions = named(spans, "session").length;
  // Beyond these once in a million runs.
  assert.ok(sessions > 10 && sessions < 50, String(sessions));
  assert.equal(named(spans, "transaction").length, sessions);
  assert.equal(named(spans, "hook rcpt").length, sessions);
});

test("with 0 no session is, and without an endpoint none", async () => {
  for (const choice of [{ sample: 0 }, { endpoint: undefined }]) {
    const { endpoint: _none, ...rest } = choice as Partial<TelemetryChoice>;
    const spans = await spansOf({ plugins: [acceptAll] }, async (served, telemetry, collector) => {
      const endpoint = "endpoint" in choice ? {} : { endpoint: collector.url };
      await telemetry.follow({ ...standard, ...rest, ...endpoint });
      await say(served, "MAIL FROM:<author@sender.test>");
    });
    assert.equal(spans.length, 0);
  }
});

test("a reload changes where spans go, those of sessions under way too; nothing that waited is lost", async () => {
  const other = await startCollector();
  try {
    const spans = await spansOf({ plugins: [acceptAll], choice: { interval: 60_000 } }, async (served, telemetry) => {
      const first = await served.greet();
      await first.ask("MAIL FROM:<author@sender.test>");
      await first.ask("RSET");
      await telemetry.follow({ ...standard, endpoint: other.url, service: "other" });
      await first.ask("QUIT");
      first.destroy();
    });
    assert.deepEqual(spans.map(({ name }) => name), ["transaction"]);
    assert.deepEqual(other.problems, []);
    const [session] = other.spans;
    assert.deepEqual([session?.name, session?.id], ["session", spans[0]?.parent]);
    assert.equal(session?.resource["service.name"], "other");
  } finally {
    await other.stop();
  }
});

test("a file of header fields that is missing is a problem, but only if traces are to be sent", async () => {
  const choice = { ...standard, headersFile: "/nonexistent/headers" };
  assert.deepEqual(await telemetryProblems(choice), []);
  const problems = await telemetryProblems({ ...choice, endpoint: "http://127.0.0.1:4318" });
  assert.match(problems.join(), /^telemetry\.headers_file: cannot use \/nonexistent\/headers: /);
});
