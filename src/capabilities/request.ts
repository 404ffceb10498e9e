// Reads what a plugin asked for, and says where it is wrong.

import * as v from "valibot";
import { type Refused, refused } from "./fulfilled.ts";

export type ReadRequest<Request> =
  | { readonly kind: "request"; readonly request: Request }
  | Refused;

/** The request in the schema's shape, or the first thing wrong with it behind its dotted path: `by: must be ...`. */
export function readRequest<Schema extends v.GenericSchema>(
  schema: Schema,
  request: unknown,
): ReadRequest<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, request, { abortEarly: true });
  if (parsed.success) return { kind: "request", request: parsed.output };
  return refused("badRequest", explain(parsed.issues[0]));
}

function explain(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map((item) => String(item.key).slice(0, 64)).join(".");
  // Only what is no object at all is at fault as a whole: every rule is about a member.
  return path === "" ? "must be an object" : `${path}: ${sentence(issue)}`;
}

function sentence(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "is not known here";
  if (issue.received === "undefined") return `is missing${issue.type === "variant" ? `; ${issue.message}` : ""}`;
  return issue.message;
}
