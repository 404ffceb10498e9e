// The API: every route, and what stands before and behind all of them.

import { Hono } from "hono";
import type { AdminDesk, AdminEnv } from "./desk.ts";
import { fromOurs, Gate, limited, secured } from "./guard.ts";
import { addPageRoutes } from "./page_routes.ts";
import { addPluginRoutes } from "./plugin_routes.ts";
import { notFound, type Problem, problemResponse } from "./problem.ts";
import { addProofRoute } from "./proof_route.ts";
import { addServerRoutes } from "./server_routes.ts";
import { addSessionRoutes } from "./session_routes.ts";

/** `version` is that of the server. */
export function adminApp(desk: AdminDesk, version: string): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  const gate = new Gate(desk);
  app.use("*", secured(), fromOurs(desk), limited(desk));
  addServerRoutes(app, desk, gate);
  addPluginRoutes(app, desk, gate);
  addSessionRoutes(app, desk, gate);
  addProofRoute(app, desk);
  addPageRoutes(app, desk, gate, version);
  app.notFound(() => problemResponse(notFound("There is nothing here.", "GET /docs lists what there is.")));
  app.onError((error, { req }) => {
    desk.log("error", "a bug in the API, please report it", { path: req.path, why: error.stack ?? error.message });
    return problemResponse(bug);
  });
  return app;
}

const bug: Problem = {
  status: 500,
  title: "A bug",
  detail: "The server has a bug; its log has more.",
  remedy: "Please report it.",
};
