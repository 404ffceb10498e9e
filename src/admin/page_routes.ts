// The routes for people: signing in, the dashboard, the description of the API.

import type { Hono } from "hono";
import { openAPIRouteHandler } from "hono-openapi";
import * as v from "valibot";
import { described } from "./describe.ts";
import { type AdminDesk, type AdminEnv, type PageFile, remoteOf } from "./desk.ts";
import { docsPage, docsStyle } from "./docs_page.ts";
import type { Gate } from "./guard.ts";
import { notFound, problemResponse } from "./problem.ts";
import { readBody } from "./read_body.ts";
import { signIn, who } from "../control/view_schemas.ts";

export function addPageRoutes(app: Hono<AdminEnv>, desk: AdminDesk, gate: Gate, version: string): void {
  addSignIn(app, desk, gate);
  const document = openAPIRouteHandler(app, { documentation: documentation(version), excludeStaticFile: false });
  app.get(
    "/openapi.json",
    described({ summary: "This description.", tag: "page", gives: "application/json" }),
    document,
  );
  app.get(
    "/docs",
    described({ summary: "This description, for people.", tag: "page", gives: "text/html" }),
    async (context) => {
      const described = await app.request("/openapi.json", { headers: { host: "localhost" } }, context.env);
      return html(docsPage(await described.json()));
    },
  );
  app.get(
    "/docs.css",
    () => asResponse({ octets: new TextEncoder().encode(docsStyle), type: "text/css; charset=utf-8" }),
  );
  app.get("/*", (context) => {
    const file = desk.page(context.req.path);
    if (file !== undefined) return asPage(file, context.req.header("if-none-match"));
    if (context.req.path === "/") return context.redirect("/docs");
    return problemResponse(notFound("There is nothing here.", "GET /docs lists what there is."));
  });
}

function addSignIn(app: Hono<AdminEnv>, desk: AdminDesk, gate: Gate): void {
  const { audit, signIns } = desk;
  app.get(
    "/session",
    described({ summary: "Whose token it is.", tag: "page", role: "read", gives: who }),
    gate.needs("read"),
    (context) => {
      const { name, role } = context.get("caller");
      return context.json({ name, role });
    },
  );
  app.post(
    "/session",
    described({
      summary: "Gives a browser that knows a token a cookie in its place.",
      tag: "page",
      takes: signIn,
      gives: who,
      problems: [400, 401, 408, 413],
    }),
    async (context) => {
      const body = await readBody(context.req.raw, { most: 4096, within: 10_000 });
      if (body.kind === "problem") return problemResponse(body.problem);
      const caller = await gate.holderOf(tokenIn(body.octets) ?? "");
      if (caller === undefined) return gate.refuse(context);
      const { name, role, token } = caller;
      await audit.write({ who: name, role, from: remoteOf(context), action: "sign in", result: "done" });
      return context.json({ name, role }, 200, { "set-cookie": signIns.begin(token) });
    },
  );
  app.delete(
    "/session",
    described({ summary: "Takes the cookie back.", tag: "page", status: 204 }),
    (context) => context.body(null, 204, { "set-cookie": signIns.end(context.req.header("cookie") ?? "") }),
  );
}

function tokenIn(octets: Uint8Array): string | undefined {
  try {
    const parsed = v.safeParse(signIn, JSON.parse(new TextDecoder().decode(octets)));
    return parsed.success ? parsed.output.token : undefined;
  } catch {
    return undefined;
  }
}

function documentation(
  version: string,
): NonNullable<NonNullable<Parameters<typeof openAPIRouteHandler>[1]>["documentation"]> {
  return {
    info: {
      title: "qpsmtpd",
      version,
      description: "Looks at a running server and changes it. Errors are problem documents (RFC 9457).",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "Made by qpsmtpd token, kept by who got it." },
      },
    },
  };
}

function html(text: string): Response {
  return asResponse({ octets: new TextEncoder().encode(text), type: "text/html; charset=utf-8" });
}

/** Kept by the browser, and asked for each time (RFC 9110 §13.1.2): after an upgrade nobody has half of the old page. */
function asPage(file: PageFile, known: string | undefined): Response {
  if (file.tag === undefined) return asResponse(file);
  const same = known?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === file.tag) ?? false;
  const response = same ? new Response(null, { status: 304 }) : asResponse(file);
  response.headers.set("etag", file.tag);
  response.headers.set("cache-control", "no-cache");
  return response;
}

function asResponse({ octets, type }: PageFile): Response {
  return new Response(octets as Uint8Array<ArrayBuffer>, { headers: { "content-type": type } });
}
