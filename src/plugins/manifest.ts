// Reads what a plugin says of itself: the manifest of the contract, as a schema.

import * as v from "valibot";
import { contract, hookNames } from "../../sdk/contract/contract.ts";
import type { Manifest, Setting } from "../../sdk/contract/manifest.ts";
import { didYouMean } from "../text/did_you_mean.ts";
import { decodeJson, findUnsafe } from "./decode_json.ts";
import { limits } from "./limits.ts";
import { dotted, mostProblems, problemOf } from "./problem.ts";
import { whatIsWrong } from "./settings.ts";
import { problemsOfWhen, whenSchema } from "./when_schema.ts";

/** `problems` are sentences that begin with the dotted path: `hooks[1] is ...`. */
export type ParsedManifest =
  | { readonly kind: "manifest"; readonly manifest: Manifest }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

const sentence = v.pipe(v.string(), v.minLength(1), v.maxLength(400));
const name = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_]{0,63}$/, "must be lower-case letters, digits and underscores, at most 64"),
);
// No dot and no slash: a plugin must not be able to ask for qpsmtpd.toml, or for a file elsewhere.
const listName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/, "must be the name of a list file: letters, digits, _ and -"),
);
const hook = v.picklist(hookNames, (issue) => `is no hook${didYouMean(String(issue.input), hookNames)}`);

const setting = v.pipe(
  v.strictObject({
    type: v.picklist(["string", "integer", "number", "boolean", "list"]),
    description: sentence,
    default: v.exactOptional(v.unknown()),
    choices: v.exactOptional(v.pipe(v.array(v.string()), v.minLength(1))),
    minimum: v.exactOptional(v.pipe(v.number(), v.finite())),
    maximum: v.exactOptional(v.pipe(v.number(), v.finite())),
    secret: v.exactOptional(v.boolean()),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const message = whyNoSetting(dataset.value as Setting);
    if (message !== undefined) addIssue({ message });
  }),
);

const wish = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000));

const schema = v.strictObject({
  name,
  version: v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]{1,64})?$/, "must be a version like 1.2.3")),
  contract: v.literal(contract),
  description: sentence,
  licence: v.pipe(v.string(), v.regex(/^[A-Za-z0-9.+() -]{1,100}$/, "must be an SPDX identifier like MIT")),
  hooks: v.pipe(v.array(hook), v.minLength(1, "must name at least one hook"), unique()),
  needs: v.pipe(v.array(v.pipe(v.string(), v.maxLength(300))), v.maxLength(100)),
  lists: v.pipe(v.array(listName), v.maxLength(32), unique()),
  settings: v.record(
    v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "must be named with letters, digits and underscores")),
    setting,
  ),
  onError: v.picklist(["defer", "pass", "reject"]),
  when: v.exactOptional(whenSchema),
  wishes: v.exactOptional(v.strictObject({
    cpu: v.exactOptional(wish),
    wall: v.exactOptional(wish),
    memory: v.exactOptional(wish),
  })),
});

/** The manifest in the octets of the custom section, or everything that is wrong with it. */
export function parseManifest(bytes: Uint8Array): ParsedManifest {
  if (bytes.byteLength > limits.manifest) return problems(`is longer than ${limits.manifest} octets`);
  const decoded = decodeJson(bytes);
  if (decoded.kind === "bad") return problems(`cannot be read: ${decoded.why}`);
  const unsafe = findUnsafe(decoded.value);
  if (unsafe !== undefined) return problems(`${dotted("", unsafe.keys)} ${unsafe.why}`.trim());
  const foreign = foreignContract(decoded.value);
  if (foreign !== undefined) return problems(foreign);
  const parsed = v.safeParse(schema, decoded.value);
  if (parsed.success) {
    const wrong = problemsOfWhen(parsed.output).slice(0, mostProblems);
    return wrong.length > 0 ? problems(...wrong) : { kind: "manifest", manifest: parsed.output as Manifest };
  }
  const told = parsed.issues.slice(0, mostProblems).map((issue) => problemOf(issue, ""));
  return problems(...told.map(({ path, message }) => `${path} ${message}`.trim()));
}

/** Another contract may mean anything by its other fields: complaints about those would only mislead. */
function foreignContract(value: unknown): string | undefined {
  const theirs = (value as { readonly contract?: unknown } | null)?.contract;
  if (!Number.isSafeInteger(theirs) || theirs === contract) return undefined;
  const remedy = Number(theirs) > contract ? "update this server" : "build the plugin again with the current SDK";
  return `contract is ${String(theirs)}, and this server speaks contract ${contract}: ${remedy}`;
}

function whyNoSetting(setting: Setting): string | undefined {
  const { type, choices, minimum, maximum } = setting;
  const bounded = minimum !== undefined || maximum !== undefined;
  if (bounded && type !== "integer" && type !== "number") return "may have minimum and maximum only if it is a number";
  if (choices !== undefined && type !== "string") return "may have choices only if it is a string";
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) return "has a minimum above its maximum";
  if (setting.default === undefined) return undefined;
  const wrong = whatIsWrong(setting, setting.default);
  return wrong === undefined ? undefined : `has a default that ${wrong}`;
}

function unique<T>(): v.CheckItemsAction<T[], string> {
  return v.checkItems((item, index, items) => items.indexOf(item) === index, "is there twice");
}

function problems(...problems: readonly string[]): ParsedManifest {
  return { kind: "problems", problems };
}
