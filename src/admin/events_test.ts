// The stream of events as its listeners hear it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { testAdmin } from "../../test/support/admin.ts";
import type { Happening } from "../live/happening.ts";
import { EventFeed } from "./event_feed.ts";
import { eventStream } from "./event_stream.ts";

function listener(
  stream: ReadableStream<Uint8Array>,
): { until(pattern: RegExp): Promise<string>; leave(): Promise<void> } {
  const reader = stream.getReader();
  let heard = "";
  return {
    until: async (pattern) => {
      while (!pattern.test(heard)) {
        const { value, done } = await reader.read();
        if (done) return `ended: ${heard}`;
        heard += new TextDecoder().decode(value);
      }
      return heard;
    },
    leave: () => reader.cancel(),
  };
}

test("GET /events tells what happens, with line ends of clients escaped", async () => {
  const admin = testAdmin();
  const response = await admin.ask("GET", "/events", "read");
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.ok(response.body !== null);
  const { until, leave } = listener(response.body);
  await until(/retry/);
  admin.happen({ kind: "connected", facts: { hello: "a\n\nevent: reload\ndata: {}" } });
  const heard = await until(/event: connected\ndata: .*\n\n/);
  assert.doesNotMatch(heard, /\nevent: reload/);
  await leave();
});

test("who comes back goes on behind the last that was heard", async () => {
  const admin = testAdmin();
  const first = await admin.ask("GET", "/events", "read");
  assert.ok(first.body !== null);
  const one = listener(first.body);
  await one.until(/retry/);
  for (const name of ["a", "b", "c"]) admin.happen({ facts: { name } });
  const id = /id: (\S+)\n.*\n.*"name":"a"/.exec(await one.until(/"c"/))?.[1] ?? "";
  await one.leave();
  const second = await admin.ask("GET", "/events", "read", { headers: { "last-event-id": id } });
  assert.ok(second.body !== null);
  const two = listener(second.body);
  const heard = await two.until(/"c"/);
  assert.match(heard, /"b"/);
  assert.doesNotMatch(heard, /"name":"a"|lost/);
  await two.leave();
  const third = await admin.ask("GET", "/events", "read", { headers: { "last-event-id": "of another start" } });
  assert.ok(third.body !== null);
  const three = listener(third.body);
  assert.match(await three.until(/"c"/), /event: lost\n/);
  await three.leave();
});

test("who does not read loses the oldest, is told so, and holds nobody up", async () => {
  let emit: (happening: Happening) => void = () => {};
  const feed = new EventFeed({
    async *happenings(signal): AsyncGenerator<Happening> {
      const waiting: Happening[] = [];
      emit = (happening) => void waiting.push(happening);
      while (!signal.aborted) {
        yield* waiting.splice(0);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
  });
  const over = new AbortController();
  const entries = feed.listen(over.signal);
  const first = entries.next();
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (let id = 1; id <= 3000; id++) emit({ id, at: 0, pid: 1, kind: "connected", facts: {} });
  await first;
  await new Promise((resolve) => setTimeout(resolve, 50));
  const kinds: string[] = [];
  for (let count = 0; count < 1000; count++) kinds.push((await entries.next()).value?.happening.kind ?? "end");
  assert.ok(kinds.includes("lost"));
  over.abort();
  assert.equal((await entries.next()).done, true);
  assert.equal(feed.listeners, 0);
  feed.close();
});

test("a stream has a heartbeat, and ends when its token is taken back", async () => {
  const admin = testAdmin();
  const feed = new EventFeed({ async *happenings(): AsyncGenerator<Happening> {} });
  let may = true;
  const stream = eventStream(feed, {
    signal: new AbortController().signal,
    mayGoOn: () => Promise.resolve(may),
    heartbeat: 5,
  });
  const { until } = listener(stream);
  await until(/:\n\n/);
  may = false;
  assert.match(await until(/never/), /^ended: /);
  assert.equal(feed.listeners, 0);
  feed.close();
  assert.deepEqual(admin.logged, []);
});

test("fifty streams at the same time, no more", async () => {
  const admin = testAdmin();
  const open: ReturnType<typeof listener>[] = [];
  for (let count = 0; count < 50; count++) {
    const { body } = await admin.ask("GET", "/events", "read");
    assert.ok(body !== null);
    const each = listener(body);
    await each.until(/retry/);
    open.push(each);
  }
  assert.equal((await admin.ask("GET", "/events", "read")).status, 503);
  await Promise.all(open.map((each) => each.leave()));
});
