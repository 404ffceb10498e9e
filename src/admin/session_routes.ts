// The routes about sessions under way, and the stream of what happens.

import type { Hono } from "hono";
import { described } from "./describe.ts";
import { type AdminContext, type AdminDesk, type AdminEnv, record } from "./desk.ts";
import { eventStream } from "./event_stream.ts";
import type { Gate } from "./guard.ts";
import { covers } from "./role.ts";
import { notFound, problemResponse } from "./problem.ts";
import { session, sessions } from "../control/view_schemas.ts";

/** Streams of events at the same time. */
const mostStreams = 50;

export function addSessionRoutes(app: Hono<AdminEnv>, desk: AdminDesk, gate: Gate): void {
  const { control } = desk;
  app.get(
    "/sessions",
    described({ summary: "Sessions under way, the oldest first.", tag: "sessions", role: "read", gives: sessions }),
    gate.needs("read"),
    async (context) => context.json({ sessions: await control.sessions() }),
  );
  app.get(
    "/sessions/:id",
    described({
      summary: "One of them, with its dialogue and what plugins found.",
      tag: "sessions",
      role: "read",
      gives: session,
      problems: [404],
    }),
    gate.needs("read"),
    async (context) => {
      const found = await control.session(codeIn(context));
      return found === undefined ? problemResponse(unknownSession) : context.json(found);
    },
  );
  app.delete(
    "/sessions/:id",
    described({
      summary: "Ends a session with 421 as soon as it waits for its client.",
      tag: "sessions",
      role: "operate",
      status: 204,
      problems: [404],
    }),
    gate.needs("operate"),
    async (context) => {
      const id = codeIn(context);
      const ended = await control.endSession(id);
      await record(desk, context, {
        action: "end session",
        target: id,
        result: ended ? "ended" : "unknown",
        detail: undefined,
      });
      return ended ? context.body(null, 204) : problemResponse(unknownSession);
    },
  );
  addEvents(app, desk, gate);
}

const unknownSession = notFound(
  "There is no such session.",
  "It may be over; GET /sessions lists those under way, GET /explain/CODE tells what was decided in it.",
);

/** Bounded: it may go to every worker. */
function codeIn(context: AdminContext): string {
  return (context.req.param("id") ?? "").slice(0, 100);
}

function addEvents(app: Hono<AdminEnv>, desk: AdminDesk, gate: Gate): void {
  app.get(
    "/events",
    described({
      summary: "What happens, as server-sent events; the header Last-Event-ID goes on behind that one.",
      tag: "sessions",
      role: "read",
      gives: "text/event-stream",
      problems: [503],
    }),
    gate.needs("read"),
    (context) => {
      if (desk.feed.listeners >= mostStreams) {
        return problemResponse({
          status: 503,
          title: "Too many listeners",
          detail: `${mostStreams} streams are open.`,
          remedy: "Close some, or wait.",
        });
      }
      // A token that is taken back must not go on listening.
      const mayGoOn = async (): Promise<boolean> => {
        const caller = await gate.caller(context);
        return caller !== undefined && covers(caller.role, "read");
      };
      const after = context.req.header("last-event-id")?.slice(0, 100);
      const body = eventStream(desk.feed, { signal: context.req.raw.signal, mayGoOn, after });
      return new Response(body, { headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" } });
    },
  );
}
