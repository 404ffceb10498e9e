import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../test/support/eventually.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import { type Answering, startCollector, type TraceCollector } from "../../test/support/trace_collector.ts";
import { openCollector } from "./post.ts";
import { newSpanId, newTraceId, type Span, spanKinds } from "./span.ts";
import { type ExporterMeans, SpanExporter } from "./span_exporter.ts";

const choice = { queue: 1000, interval: 10, timeout: 2000, gzip: false };

interface Stage {
  readonly exporter: SpanExporter;
  readonly collector: TraceCollector;
  /** Log lines. */
  readonly lines: readonly string[];
}

async function staged(
  { answering, ...means }: Partial<ExporterMeans> & { readonly answering?: Answering },
  act: (stage: Stage) => Promise<void>,
): Promise<void> {
  const collector = await startCollector(answering);
  const lines: string[] = [];
  const exporter = new SpanExporter({
    choice,
    collector: openCollector(collector.url, {}),
    resource: { "service.name": "test" },
    scope: { name: "test", version: "1" },
    log: (level, message, fields) => lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
    pauses: [5, 5, 5],
    ...means,
  });
  try {
    await act({ exporter, collector, lines });
    assert.deepEqual(collector.problems, []);
  } finally {
    await exporter.close();
    await collector.stop();
  }
}

function span(name = "work"): Span {
  const now = Date.now();
  const ids = { trace: newTraceId(), id: newSpanId() };
  return { ...ids, name, kind: spanKinds.internal, start: now, end: now, attributes: { text: "x".repeat(50) } };
}

function came({ collector }: Stage, count: number): Promise<true> {
  return eventually(
    () => `${collector.spans.length} spans came`,
    () => collector.spans.length === count ? true : undefined,
  );
}

test("spans go together, in their order, as many as fit into a request", async () => {
  await staged({}, async (stage) => {
    for (let count = 0; count < 600; count++) stage.exporter.put(span(`n${count}`));
    await came(stage, 600);
    assert.deepEqual(stage.collector.spans.map(({ name }) => name), Array.from({ length: 600 }, (_, at) => `n${at}`));
    assert.ok(stage.collector.requests.length <= 4);
    assert.deepEqual(stage.lines, []);
  });
});

test("compressed, if that is wanted", async () => {
  await staged({ choice: { ...choice, gzip: true } }, async (stage) => {
    for (let count = 0; count < 20; count++) stage.exporter.put(span());
    await came(stage, 20);
    assert.equal(stage.collector.requests[0]?.headers["content-encoding"], "gzip");
  });
});

for (const status of [429, 502, 503, 504]) {
  test(`after ${status} the same spans are sent again, and it is told that it went wrong and well`, async () => {
    const answering: Answering = (number, answer) => void answer.writeHead(number < 2 ? status : 200).end();
    await staged({ answering }, async (stage) => {
      stage.exporter.put(span());
      await came(stage, 1);
      assert.equal(stage.collector.requests.length, 3);
      await eventually(() => stage.lines.join("\n"), () => stage.lines.length === 2 ? true : undefined);
      assert.match(stage.lines[0] ?? "", new RegExp(`^warn .*it answered ${status}`));
      assert.match(stage.lines[1] ?? "", /^info telemetry: the collector takes spans again \{"dropped":0\}$/);
    });
  });
}

test("Retry-After is heeded", async () => {
  const times: number[] = [];
  const answering: Answering = (number, answer) => {
    times.push(performance.now());
    answer.writeHead(number === 0 ? 503 : 200, number === 0 ? { "retry-after": "1" } : {}).end();
  };
  await staged({ answering }, async (stage) => {
    stage.exporter.put(span());
    await came(stage, 1);
    assert.ok((times[1] ?? 0) - (times[0] ?? 0) > 900);
  });
});

for (const status of [400, 401, 404, 301, 500]) {
  test(`after ${status} spans are dropped and counted, and not sent again`, async () => {
    const answering: Answering = (number, answer) =>
      void answer.writeHead(number === 0 ? status : 200, { location: "/v1/traces" }).end();
    await staged({ answering }, async (stage) => {
      stage.exporter.put(span("lost"));
      await eventually(() => "nothing was dropped", () => stage.exporter.dropped === 1 ? true : undefined);
      stage.exporter.put(span("kept"));
      await came(stage, 1);
      assert.equal(stage.collector.requests.length, 2);
    });
  });
}

test("what the collector says that it rejected is counted", async () => {
  const answer = JSON.stringify({ partialSuccess: { rejectedSpans: "3", errorMessage: "too old" } });
  await staged({ answering: (_, response) => void response.writeHead(200).end(answer) }, async (stage) => {
    for (let count = 0; count < 5; count++) stage.exporter.put(span());
    await eventually(() => "nothing was dropped", () => stage.exporter.dropped === 3 ? true : undefined);
    assert.match(stage.lines.join("\n"), /it rejected spans: too old/);
  });
});

test("a collector that never answers: the queue has its bound, the rest is counted, it is told once, and it ends in time", async () => {
  await staged({ choice: { ...choice, queue: 300, timeout: 50 }, answering: () => {} }, async (stage) => {
    for (let count = 0; count < 5000; count++) {
      stage.exporter.put(span());
      if (count % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.ok(stage.exporter.waiting <= 300);
    const time = awakeTime();
    await stage.exporter.close();
    assert.ok(time() < 4000);
    assert.equal(stage.exporter.dropped, 5000);
    assert.deepEqual(stage.lines.map((line) => line.replace(/ \{.*/, "")), [
      "warn telemetry: the collector does not take spans, mail is not affected",
      "warn telemetry: spans were dropped",
    ]);
    assert.match(stage.lines[1] ?? "", /"dropped":5000/);
  });
});

test("closing sends what waits, and what was to be tried again", async () => {
  let up = false;
  const answering: Answering = (_, answer) => void answer.writeHead(up ? 200 : 503).end();
  await staged({ answering, pauses: [60_000] }, async (stage) => {
    stage.exporter.put(span("tried"));
    await eventually(() => "not tried", () => stage.lines.length === 1 ? true : undefined);
    stage.exporter.put(span("waits"));
    up = true;
    await stage.exporter.close();
    assert.deepEqual(stage.collector.spans.map(({ name }) => name), ["tried", "waits"]);
    assert.equal(stage.exporter.dropped, 0);
  });
});
