// The stream of events as one listener hears it: server-sent events, with a heartbeat that shows both sides that the other
// is there.

import type { EventFeed, FeedEntry } from "./event_feed.ts";

export interface Listening {
  /** Aborted when the connection is closed. */
  readonly signal: AbortSignal;
  /** Asked with each heartbeat. */
  readonly mayGoOn: () => Promise<boolean>;
  /** The id of the last entry that was heard. */
  readonly after?: string | undefined;
  /** Milliseconds. */
  readonly heartbeat?: number;
}

const encoder = new TextEncoder();

export function eventStream(feed: EventFeed, listening: Listening): ReadableStream<Uint8Array> {
  const { signal, mayGoOn, after, heartbeat = 15_000 } = listening;
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener("abort", end);
  const entries = feed.listen(over.signal, after);
  let beat: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(beat);
    signal.removeEventListener("abort", end);
    over.abort();
  };
  return new ReadableStream({
    start(controller): void {
      controller.enqueue(encoder.encode("retry: 2000\n\n"));
      beat = setInterval(() => {
        void mayGoOn().then((may) => {
          if (!may) stop();
          // A listener that does not read gets no heartbeats either: they would pile up.
          else if (!over.signal.aborted && (controller.desiredSize ?? 0) > 0) {
            controller.enqueue(encoder.encode(":\n\n"));
          }
        }).catch(stop);
      }, heartbeat);
    },
    async pull(controller): Promise<void> {
      const { done, value } = await entries.next();
      if (done === true) {
        stop();
        controller.close();
      } else controller.enqueue(encoder.encode(formatEvent(value)));
    },
    cancel: stop,
  }, { highWaterMark: 2 });
}

/** JSON has no line ends, so nothing in it can begin a field or another event. */
function formatEvent({ id, happening }: FeedEntry): string {
  return `id: ${id}\nevent: ${happening.kind}\ndata: ${JSON.stringify(happening)}\n\n`;
}
