// The description of one route for OpenAPI: what it gives, what can go wrong, who may ask.

import type { MiddlewareHandler } from "hono";
import { describeRoute, resolver } from "hono-openapi";
import type * as v from "valibot";
import { problemKinds } from "./problem.ts";
import type { Role } from "./role.ts";
import { problem } from "../control/view_schemas.ts";

export interface Description {
  readonly summary: string;
  readonly tag: "server" | "plugins" | "sessions" | "page";
  /** Absent: no token is needed. */
  readonly role?: Role;
  /** What a good reply holds, with its type where it is not JSON; absent: it holds nothing. */
  readonly gives?: v.GenericSchema | string;
  readonly status?: 200 | 204;
  readonly problems?: readonly number[];
  /** The body. */
  readonly takes?: v.GenericSchema | string;
  readonly query?: readonly { readonly name: string; readonly description: string }[];
}

export function described(of: Description): MiddlewareHandler {
  const { summary, tag, role, gives, status = 200, takes, query = [] } = of;
  const problems = [...(role === undefined ? [] : [401, 403]), ...of.problems ?? [], 421, 429];
  return describeRoute({
    summary: role === undefined ? summary : `${summary} Role: ${role}.`,
    tags: [tag],
    security: role === undefined ? [] : [{ token: [] }],
    parameters: query.map(({ name, description }) => ({ name, in: "query", description, schema: { type: "string" } })),
    ...(takes === undefined ? {} : { requestBody: { required: true, content: contentOf(takes) } }),
    responses: {
      [status]: { description: "Done.", ...(gives === undefined ? {} : { content: contentOf(gives) }) },
      ...Object.fromEntries(problems.map((code) => [code, {
        description: problemKinds[code]?.meaning ?? "",
        content: { "application/problem+json": { schema: resolver(problem) } },
      }])),
    },
  });
}

type Content = {
  readonly [type: string]: { readonly schema: ReturnType<typeof resolver> | { readonly type: "string" } };
};

function contentOf(what: v.GenericSchema | string): Content {
  if (typeof what === "string") return { [what]: { schema: { type: "string" } } };
  return { "application/json": { schema: resolver(what) } };
}
