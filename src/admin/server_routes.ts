// The routes about the server as a whole.

import type { Hono } from "hono";
import { readCode } from "../receipts/code.ts";
import { whyUnknown } from "../receipts/explain.ts";
import { described } from "./describe.ts";
import type { AdminDesk, AdminEnv } from "./desk.ts";
import type { Gate } from "./guard.ts";
import { notFound, problemResponse } from "./problem.ts";
import { reload } from "./reload.ts";
import { anything, decisions, health, readiness, reloaded, status } from "../control/view_schemas.ts";

const prometheus = "text/plain; version=0.0.4; charset=utf-8";

export function addServerRoutes(app: Hono<AdminEnv>, desk: AdminDesk, gate: Gate): void {
  const { control } = desk;
  addProbes(app, desk);
  app.get(
    "/status",
    described({ summary: "What runs, and since when.", tag: "server", role: "read", gives: status }),
    gate.needs("read"),
    async (context) => context.json(await control.status()),
  );
  app.post(
    "/reload",
    described({
      summary: "Reads the configuration again: all of it is put in force, or nothing.",
      tag: "server",
      role: "operate",
      gives: reloaded,
      problems: [422],
    }),
    gate.needs("operate"),
    (context) => reload(context, desk),
  );
  app.get(
    "/config",
    described({ summary: "The configuration in force, secrets masked.", tag: "server", role: "read", gives: anything }),
    gate.needs("read"),
    async (context) => context.json(await control.config()),
  );
  addMetrics(app, desk, gate);
  addExplain(app, desk, gate);
}

/** For whoever watches over the process; they tell nothing that a connection to port 25 would not. */
function addProbes(app: Hono<AdminEnv>, { control }: AdminDesk): void {
  app.get(
    "/health",
    described({ summary: "The process is alive.", tag: "server", gives: health }),
    (context) => context.json({ status: "alive" }),
  );
  app.get(
    "/ready",
    described({ summary: "New clients are served.", tag: "server", gives: readiness, problems: [503] }),
    async (context) => {
      const { ready, why = "starting" } = await control.status();
      if (ready) return context.json({ status: "ready" });
      return problemResponse({
        status: 503,
        title: "Not ready",
        detail: `New clients are not served now: the server is ${why}.`,
        remedy: "Ask again in a few seconds.",
        more: { why },
        headers: { "retry-after": "5" },
      });
    },
  );
}

function addMetrics(app: Hono<AdminEnv>, { control, openMetrics, metricsText }: AdminDesk, gate: Gate): void {
  const description = { summary: "Figures for Prometheus.", tag: "server", gives: "text/plain" } as const;
  app.get(
    "/metrics",
    described(openMetrics ? description : { ...description, role: "read" }),
    async (context, next) => openMetrics ? await next() : await gate.needs("read")(context, next),
    async () => new Response(metricsText(await control.metrics()), { headers: { "content-type": prometheus } }),
  );
}

function addExplain(app: Hono<AdminEnv>, { control }: AdminDesk, gate: Gate): void {
  app.get(
    "/explain/:code",
    described({
      summary: "Every decision about a message or a client, by the code at the end of a refusal.",
      tag: "sessions",
      role: "read",
      gives: decisions,
      problems: [404],
    }),
    gate.needs("read"),
    async (context) => {
      const code = readCode(context.req.param("code").slice(0, 100));
      if (code === undefined) {
        return problemResponse(notFound("This is no code.", "One looks like 1ke4z8q-7m2px40 or 1ke4z8q-7m2px40.1."));
      }
      const records = await control.explain(code);
      if (records.length > 0) return context.json({ code, records });
      return problemResponse(notFound(`Nothing is known of ${code}.`, whyUnknown.join("\n")));
    },
  );
}
