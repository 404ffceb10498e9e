// The shapes of what the API takes and gives, for its description in OpenAPI and for checking what comes in.

import * as v from "valibot";
import type { PolicyChange } from "./deployment_views.ts";
import { happeningKinds } from "../live/happening.ts";
import { parseRecipientPattern } from "../policy/policy.ts";

type Schema = v.GenericSchema;

const text = v.string();
const number = v.number();
const lines = v.array(text);
const object: Schema = v.record(text, v.unknown());

/** What `PolicyChange` is. */
export const policyChange: v.GenericSchema<unknown, PolicyChange> = v.pipe(
  v.strictObject({
    mode: change(v.picklist(["enforce", "late", "monitor", "off"])),
    as: change(v.picklist(["reject", "defer", "disconnect", "defer_disconnect"])),
    immune: change(v.pipe(v.array(v.picklist(["relay", "authenticated", "allowed"])), v.maxLength(3))),
    for: change(v.pipe(v.array(recipientPattern()), v.maxLength(10_000))),
    score: change(v.strictObject({ refusal: whole(-100, 100), weight: whole(-100, 100) })),
    order: change(whole(-1000, 1000)),
  }),
  v.description("What is to change; null goes back to what the configuration says."),
) as v.GenericSchema<unknown, PolicyChange>;

export const signIn: v.GenericSchema<unknown, { readonly token: string }> = v.strictObject({
  token: v.pipe(text, v.maxLength(200)),
});

export const problem: Schema = v.object({
  type: v.pipe(text, v.description("/docs#KIND: the kind of problem, for programs.")),
  title: text,
  status: number,
  detail: v.pipe(text, v.description("What is wrong with this request.")),
  remedy: v.pipe(text, v.description("What to do.")),
  problems: v.optional(v.pipe(lines, v.description("Every reason, a line each."))),
});

export const proof: Schema = v.object({
  address: v.pipe(text, v.description("Where the client has reached this server, as the server sees it.")),
  nonce: v.pipe(text, v.description("Another one each time.")),
  proof: v.pipe(
    text,
    v.description(
      "In base64url the HMAC-SHA-256, its key the SHA-256 of the token, of four lines without an end behind the last: " +
        '"qpsmtpd proof 1", the challenge, the nonce, the address.',
    ),
  ),
});

export const who: Schema = v.object({ name: text, role: v.picklist(["read", "operate", "deploy"]) });

export const health: Schema = v.object({ status: v.literal("alive") });

export const readiness: Schema = v.object({ status: v.literal("ready") });

export const status: Schema = v.object({
  version: text,
  runtime: text,
  hostname: text,
  pid: number,
  started: v.pipe(number, v.description("Milliseconds since 1970.")),
  generation: number,
  workers: v.array(v.object({
    pid: number,
    generation: number,
    standing: number,
    sessions: number,
    overloaded: v.boolean(),
    memory: number,
  })),
  ready: v.boolean(),
  why: v.optional(v.picklist(["starting", "stopping", "overloaded"])),
  warnings: lines,
});

const policy = v.object({
  mode: v.picklist(["enforce", "late", "monitor", "off"]),
  as: v.optional(text),
  immune: lines,
  for: lines,
  score: v.object({ refusal: number, weight: number }),
  order: number,
});

const version = v.object({
  digest: v.optional(text),
  version: v.optional(text),
  since: v.optional(number),
  who: v.optional(text),
});

export const plugin: Schema = v.object({
  label: text,
  name: text,
  enabled: v.boolean(),
  source: v.picklist(["configuration", "deployed"]),
  file: v.optional(text),
  digest: v.optional(text),
  version: v.optional(text),
  manifest: v.optional(object),
  hooks: v.optional(lines),
  onError: v.optional(v.picklist(["defer", "pass", "reject"])),
  grants: lines,
  limits: object,
  policy,
  counters: v.optional(v.object({
    answered: number,
    failed: v.record(text, number),
    micros: number,
    slowestMicros: number,
    cpu: number,
    fuel: number,
    memory: number,
  })),
  breaker: v.optional(v.picklist(["closed", "trying", "open"])),
  deployment: v.optional(v.object({
    digest: v.optional(text),
    history: v.array(version),
    enabled: v.boolean(),
    policy: object,
  })),
});

export const plugins: Schema = v.object({ generation: number, plugins: v.array(plugin) });

const changes = v.object({
  added: lines,
  changed: lines,
  removed: lines,
  kept: v.pipe(lines, v.description("The very same, with their instances and counters.")),
  rejudged: v.pipe(lines, v.description("Those kept whose policy or order changed.")),
  tables: v.pipe(lines, v.description("Tables of the configuration besides the plugins.")),
});

export const reloaded: Schema = v.object({ kind: v.literal("reloaded"), number, changes, warnings: lines });

const versionView = v.object({
  digest: text,
  name: text,
  version: text,
  hooks: lines,
  needs: lines,
  size: number,
  manifest: v.optional(object),
});

const comparison = v.object({
  before: v.optional(versionView),
  after: versionView,
  grants: v.object({ added: lines, removed: lines, granted: lines, missing: lines }),
});

export const deployed: Schema = v.variant("kind", [
  v.object({
    kind: v.literal("deployed"),
    label: text,
    generation: number,
    changes,
    warnings: lines,
    milliseconds: number,
    comparison: v.optional(comparison),
  }),
  v.object({ kind: v.literal("wouldDeploy"), label: text, warnings: lines, comparison }),
]);

const summary = {
  id: text,
  pid: number,
  client: text,
  port: number,
  began: number,
  state: text,
  since: number,
  commands: number,
  transactions: number,
  messages: number,
  refusals: number,
};

export const sessionSummary: Schema = v.looseObject(summary);

export const session: Schema = v.looseObject({
  ...summary,
  dialogue: v.array(v.object({ at: number, who: v.picklist(["C", "S", "P"]), text })),
  omitted: number,
  findings: v.array(v.looseObject({ at: number, hook: text, plugin: text, found: text })),
});

export const sessions: Schema = v.object({ sessions: v.array(sessionSummary) });

export const decisions: Schema = v.object({
  code: text,
  records: v.array(v.looseObject({
    id: text,
    session: text,
    began: number,
    client: text,
    steps: v.array(v.looseObject({ at: number })),
  })),
});

export const anything: Schema = object;

function change<Output>(schema: v.GenericSchema<unknown, Output>): v.GenericSchema<unknown, Output | null | undefined> {
  return v.optional(v.nullable(schema));
}

function whole(least: number, most: number): v.GenericSchema<unknown, number> {
  return v.pipe(number, v.integer(), v.minValue(least), v.maxValue(most));
}

function recipientPattern(): v.GenericSchema<unknown, string> {
  return v.pipe(text, v.maxLength(320), v.check((each) => parseRecipientPattern(each) !== undefined, "no recipient"));
}

export const metrics: Schema = v.object({
  families: v.pipe(
    v.array(v.object({
      name: text,
      help: text,
      type: v.picklist(["counter", "gauge", "histogram"]),
      merge: v.picklist(["sum", "max", "each"]),
      samples: v.pipe(
        v.array(v.object({
          labels: v.record(text, text),
          value: number,
          buckets: v.optional(v.array(v.object({ bound: v.optional(number), count: number }))),
        })),
        v.maxLength(100_000),
      ),
    })),
    v.maxLength(1000),
  ),
});

export const happening: Schema = v.object({
  id: number,
  at: number,
  pid: number,
  kind: v.picklist(happeningKinds),
  session: v.optional(text),
  facts: object,
});
