// Reads a plugin's answer to one hook, and refuses everything the contract does not allow.

import * as v from "valibot";
import { type HookName, type JsonObject, observingHooks } from "../../sdk/contract/contract.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { wrongLifetime } from "./answer_lifetimes.ts";
import { decodeJson, findUnsafe } from "./decode_json.ts";
import { limits } from "./limits.ts";
import { mailbox } from "./mailbox_schema.ts";
import { dotted, problemOf } from "./problem.ts";
import { checkingHooks, results } from "./results_schema.ts";

/** `why` is one line that names the place, safe to log. */
export type ParsedAnswer =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "bad"; readonly why: string };

const line = v.pipe(v.string(), v.maxLength(400, "is longer than 400 characters"));
const lines = v.pipe(v.array(line), v.maxLength(20, "has more than 20 lines"));
const text = v.union([line, lines], textProblem);
const reason = v.pipe(text, v.check((text) => [text].flat().some((line) => line.trim() !== ""), "must say why"));

const jsonObject = v.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be an object",
);
const notes = v.exactOptional(v.pipe(
  v.strictObject({
    session: v.exactOptional(jsonObject),
    transaction: v.exactOptional(jsonObject),
    recipient: v.exactOptional(jsonObject),
  }),
  v.check((notes) => Buffer.byteLength(JSON.stringify(notes)) <= 4096, "are longer than 4,096 octets"),
));

// RFC 5322 §3.6.8: printable US-ASCII without the colon; so short that the name with its colon fits a line of 78.
const fieldName = v.pipe(v.string(), v.regex(/^[!-9;-~]{1,76}$/, "is no name of a header field"));
const fieldValue = v.pipe(v.string(), v.maxLength(8000, "is longer than 8,000 characters"));
const nth = v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)));

const at = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000));

const edit = v.variant("edit", [
  v.strictObject({ edit: v.literal("addHeader"), name: fieldName, value: fieldValue }),
  v.strictObject({ edit: v.literal("insertHeader"), name: fieldName, value: fieldValue, at }),
  v.strictObject({ edit: v.literal("removeHeader"), name: fieldName, nth }),
  v.strictObject({ edit: v.literal("replaceHeader"), name: fieldName, value: fieldValue, nth }),
  v.strictObject({ edit: v.literal("addRecipient"), forwardPath: mailbox }),
  v.strictObject({ edit: v.literal("removeRecipient"), forwardPath: mailbox }),
  v.strictObject({ edit: v.literal("changeReversePath"), reversePath: v.nullable(mailbox) }),
]);
const edits = v.exactOptional(v.pipe(v.array(edit), v.maxLength(100, "are more than 100")));

const standing = {
  score: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(-100), v.maxValue(100))),
  marks: v.exactOptional(v.pipe(v.array(v.picklist(["relay", "allowed"])), v.maxLength(2))),
  marksFor: v.exactOptional(v.picklist(["session", "transaction", "recipient"])),
};
const pass = { verdict: v.literal("pass"), notes, ...standing };
const accept = { verdict: v.literal("accept"), text: v.exactOptional(text), notes, ...standing };
const disconnect = v.exactOptional(v.boolean());
// RFC 3463 §2: the class of the status is that of the reply code.
const reject = {
  verdict: v.literal("reject"),
  text: reason,
  code: v.exactOptional(v.pipe(v.number(), v.integer(), within(500, 599))),
  status: v.exactOptional(v.pipe(v.string(), v.regex(/^5\.\d{1,3}\.\d{1,3}$/, "of a reject must be like 5.7.1"))),
  disconnect,
  notes,
  ...standing,
};
const defer = {
  verdict: v.literal("defer"),
  text: reason,
  code: v.exactOptional(v.pipe(v.number(), v.integer(), within(400, 499))),
  status: v.exactOptional(v.pipe(v.string(), v.regex(/^4\.\d{1,3}\.\d{1,3}$/, "of a defer must be like 4.7.1"))),
  disconnect,
  notes,
  ...standing,
};

const base64 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{1,400}={0,2}$/, "is not base64"));
// RFC 7677 §4 wants at least 4096; the upper bound keeps one client from costing a second of a core.
const iterations = v.pipe(v.number(), v.integer(), v.minValue(4096), v.maxValue(600_000));
const keys = v.exactOptional(v.union([
  v.strictObject({ salt: base64, iterations, storedKey: base64, serverKey: base64 }),
  v.strictObject({ password: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)) }),
], "must be salt, iterations, storedKey and serverKey, or password"));

const observing = v.variant(
  "verdict",
  [v.strictObject({ verdict: v.literal("pass"), notes })],
  "may only be pass: this hook tells a fact",
);
const deciding = v.variant("verdict", [
  v.strictObject(pass),
  v.strictObject(accept),
  v.strictObject(reject),
  v.strictObject(defer),
]);
const user = v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(255)));

const authenticating = v.variant("verdict", [
  v.strictObject(pass),
  v.strictObject({ ...accept, keys, user }),
  v.strictObject(reject),
  v.strictObject(defer),
]);
const found = { results: v.exactOptional(results) };
const checking = v.variant("verdict", [
  v.strictObject({ ...pass, ...found }),
  v.strictObject({ ...accept, ...found }),
  v.strictObject({ ...reject, ...found }),
  v.strictObject({ ...defer, ...found }),
]);
const editing = v.variant("verdict", [
  v.strictObject({ ...pass, ...found, edits }),
  v.strictObject({ ...accept, ...found, edits }),
  v.strictObject({ ...reject, ...found, edits }),
  v.strictObject({ ...defer, ...found, edits }),
]);

type AnswerSchema = typeof observing | typeof deciding | typeof authenticating | typeof checking | typeof editing;

/** Checks the octets a plugin answered with. `{"verdict":"pass"}`, the most common answer by far, costs a comparison. */
export function parseAnswer(hook: HookName, bytes: Uint8Array): ParsedAnswer {
  if (isPass(bytes)) return passed;
  if (bytes.byteLength > limits.answer) return bad(`it is longer than ${limits.answer} octets`);
  const decoded = decodeJson(bytes);
  if (decoded.kind === "bad") return decoded;
  const unsafe = findUnsafe(decoded.value);
  if (unsafe !== undefined) return bad(`${dotted("", unsafe.keys)} ${unsafe.why}`.trim());
  const parsed = v.safeParse(schemaOf(hook), decoded.value, { abortEarly: true });
  if (parsed.success) return withPlace(hook, parsed.output as Answer);
  const { path, message } = problemOf(parsed.issues[0], "");
  return bad(`${path} ${message}`.trim());
}

function schemaOf(hook: HookName): AnswerSchema {
  if (observingHooks.includes(hook)) return observing;
  if (hook === "auth") return authenticating;
  if (hook === "data_post") return editing;
  return checkingHooks.includes(hook) ? checking : deciding;
}

function withPlace(hook: HookName, answer: Answer): ParsedAnswer {
  const why = wrongLifetime(hook, answer);
  return why === undefined ? { kind: "answer", answer } : bad(why);
}

const passOctets = new TextEncoder().encode('{"verdict":"pass"}');
const passed: ParsedAnswer = Object.freeze({ kind: "answer", answer: Object.freeze({ verdict: "pass" }) });

function isPass(bytes: Uint8Array): boolean {
  if (bytes.length !== passOctets.length) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== passOctets[i]) return false;
  return true;
}

function within(least: number, most: number): v.CheckAction<number, string> {
  return v.check((code) => code >= least && code <= most, `must be from ${least} to ${most} with this verdict`);
}

function textProblem(issue: v.UnionIssue<v.BaseIssue<unknown>>): string {
  return issue.issues?.find((inner) => inner.kind === "validation")?.message ?? "must be a string or a list of strings";
}

function bad(why: string): ParsedAnswer {
  return { kind: "bad", why };
}
