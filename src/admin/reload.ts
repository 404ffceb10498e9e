// A reload that somebody asked the API for.

import { type AdminContext, type AdminDesk, record } from "./desk.ts";
import { problemResponse } from "./problem.ts";

export async function reload(context: AdminContext, desk: AdminDesk, target?: string): Promise<Response> {
  const view = await desk.control.reload();
  const detail = view.kind === "kept" ? view.problems.join("; ") : `generation ${view.number}`;
  await record(desk, context, { action: "reload", target, result: view.kind, detail });
  if (view.kind === "reloaded") return context.json(view);
  return problemResponse({
    status: 422,
    title: "Not reloaded",
    detail: "Everything is as it was; the problems say why.",
    remedy: "Correct the configuration; qpsmtpd check tries it.",
    problems: view.problems,
  });
}
