// The routes that look at plugins and change them.

import type { Hono } from "hono";
import * as v from "valibot";
import type { Json } from "../../sdk/contract/contract.ts";
import type { DeployView } from "../control/deployment_views.ts";
import { limits } from "../plugins/limits.ts";
import { described } from "./describe.ts";
import { type AdminContext, type AdminDesk, type AdminEnv, record } from "./desk.ts";
import type { Gate } from "./guard.ts";
import { reload } from "./reload.ts";
import { notFound, type Problem, problemResponse } from "./problem.ts";
import { readBody } from "./read_body.ts";
import { deployed, plugin, plugins, policyChange, reloaded } from "../control/view_schemas.ts";

/** As labels are in the configuration. */
const label = /^[a-z][a-z0-9_]{0,63}$/;

const forUpload = { most: limits.file, within: 60_000 };
const forJson = { most: 262_144, within: 10_000 };

const dryRun = { name: "dryRun", description: "1: say what would come of it, and change nothing." };

export function addPluginRoutes(app: Hono<AdminEnv>, desk: AdminDesk, gate: Gate): void {
  const { control } = desk;
  const look = { tag: "plugins", role: "read", problems: [404] } as const;
  app.get(
    "/plugins",
    described({ summary: "All plugins, in their order.", tag: "plugins", role: "read", gives: plugins }),
    gate.needs("read"),
    async (context) => {
      const [{ generation }, all] = await Promise.all([control.status(), control.plugins()]);
      return context.json({ generation, plugins: all });
    },
  );
  app.get(
    "/plugins/:name",
    described({ ...look, summary: "One plugin by its label.", gives: plugin }),
    gate.needs("read"),
    async (context) => {
      const wanted = context.req.param("name");
      const found = (await control.plugins()).find((each) => each.label === wanted);
      return found === undefined ? problemResponse(unknownPlugin) : context.json(found);
    },
  );
  app.post(
    "/plugins/:name/reload",
    described({
      summary: "Reads the configuration again, with this plugin's file and lists.",
      tag: "plugins",
      role: "operate",
      gives: reloaded,
      problems: [404, 422],
    }),
    gate.needs("operate"),
    async (context) => {
      const wanted = context.req.param("name");
      const there = (await control.plugins()).some((each) => each.label === wanted);
      return there ? await reload(context, desk, wanted) : problemResponse(unknownPlugin);
    },
  );
  addChanges(app, desk, gate);
}

function addChanges(app: Hono<AdminEnv>, desk: AdminDesk, gate: Gate): void {
  const { control } = desk;
  const change = { tag: "plugins", gives: deployed, problems: [404, 409, 422, 501, 503] } as const;
  app.put(
    "/plugins/:name",
    described({
      ...change,
      summary: "Puts a .wasm file in the place of the plugin's.",
      role: "deploy",
      takes: "application/wasm",
      query: [dryRun],
      problems: [...change.problems, 408, 413],
    }),
    gate.needs("deploy"),
    (context) => upload(context, desk),
  );
  app.patch(
    "/plugins/:name/policy",
    described({
      ...change,
      summary: "Changes what is made of the plugin's refusals.",
      role: "operate",
      takes: policyChange,
      problems: [...change.problems, 400, 408, 413],
    }),
    gate.needs("operate"),
    (context) => changePolicy(context, desk),
  );
  const acts = {
    rollback: ["Back to the version before.", (name: string, who: string) => control.rollback(name, who)],
    enable: ["Switches the plugin on.", (name: string, who: string) => control.enable(name, true, who)],
    disable: ["Switches the plugin off.", (name: string, who: string) => control.enable(name, false, who)],
  } as const;
  for (const [action, [summary, act]] of Object.entries(acts)) {
    app.post(
      `/plugins/:name/${action}`,
      described({ ...change, summary, role: "operate" }),
      gate.needs("operate"),
      (context) => changing(context, desk, action, act),
    );
  }
}

/** A change of one plugin by the holder of a token. */
type Act = (label: string, who: string) => Promise<DeployView>;

async function upload(context: AdminContext, desk: AdminDesk): Promise<Response> {
  const dry = ["1", "true"].includes(context.req.query("dryRun") ?? "");
  // Before the body is read: a name that cannot be is no reason to take megabytes.
  if (!label.test(context.req.param("name") ?? "")) return problemResponse(unknownPlugin);
  const body = await readBody(context.req.raw, forUpload);
  if (body.kind === "problem") return problemResponse(body.problem);
  const act: Act = (name, who) => desk.control.deploy(name, body.octets, { dryRun: dry, who });
  return await changing(context, desk, dry ? "deploy (dry run)" : "deploy", act);
}

async function changePolicy(context: AdminContext, desk: AdminDesk): Promise<Response> {
  const body = await readBody(context.req.raw, forJson);
  if (body.kind === "problem") return problemResponse(body.problem);
  const change = v.safeParse(policyChange, jsonOf(body.octets));
  if (!change.success) {
    const problems = change.issues.map((issue) => `${v.getDotPath(issue) ?? "body"}: ${issue.message}`);
    return problemResponse({ ...malformed, problems: problems.slice(0, 20) });
  }
  const detail = JSON.stringify(change.output);
  return await changing(
    context,
    desk,
    "policy",
    (name, who) => desk.control.setPolicy(name, change.output, who),
    detail,
  );
}

async function changing(
  context: AdminContext,
  desk: AdminDesk,
  action: string,
  act: Act,
  asked?: string,
): Promise<Response> {
  const name = context.req.param("name") ?? "";
  if (!label.test(name)) return problemResponse(unknownPlugin);
  const view = await act(name, context.get("caller").name);
  const detail = [asked, detailOf(view)].filter((each) => each !== undefined).join("; ");
  await record(desk, context, { action, target: name, result: view.kind, ...(detail === "" ? {} : { detail }) });
  const problem = problemOf(view);
  return problem === undefined ? context.json(view) : problemResponse(problem);
}

function detailOf(view: DeployView): string | undefined {
  if (view.kind === "refused") return view.problems.join("; ");
  return "comparison" in view && view.comparison !== undefined ? `sha256 ${view.comparison.after.digest}` : undefined;
}

function problemOf(view: DeployView): Problem | undefined {
  switch (view.kind) {
    case "deployed":
    case "wouldDeploy":
      return undefined;
    case "unknown":
      return view.lines === undefined ? unknownPlugin : { ...unknownPlugin, more: { lines: view.lines } };
    case "busy":
      return { ...busy, detail: view.why };
    case "nothing":
      return { status: 409, title: "Nothing to do", detail: view.why, remedy: "GET /plugins shows how it is." };
    case "unsupported":
      return { status: 501, title: "Not supported", detail: view.why, remedy: "Change the configuration instead." };
    case "refused": {
      const more = view.comparison === undefined ? {} : { comparison: view.comparison as unknown as Json };
      return { ...refused, problems: view.problems, more };
    }
  }
}

const unknownPlugin: Problem = notFound("The configuration has no plugin with this label.", "GET /plugins lists them.");

const refused: Problem = {
  status: 422,
  title: "Refused",
  detail: "Everything is as it was; the problems say why.",
  remedy: "Correct the plugin or the configuration. A dry run (?dryRun=1) changes nothing.",
};

const busy: Problem = {
  status: 503,
  title: "Busy",
  detail: "",
  remedy: "Try again in a few seconds.",
  headers: { "retry-after": "5" },
};

const malformed: Problem = {
  status: 400,
  title: "Malformed",
  detail: "The body is not what is expected here.",
  remedy: "GET /docs shows what is expected.",
};

function jsonOf(octets: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octets));
  } catch {
    return undefined;
  }
}
