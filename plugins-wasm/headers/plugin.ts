// Refuses messages whose header section lacks a required field, repeats one, or has a date far off.

import { definePlugin, pass, reject } from "#sdk";
import type { Answer, Given, HeaderField, MessageEvent, Plugin } from "#sdk";
import { parseMessageDate } from "./message_date.ts";

/** `past` and `future` are days; 0 is no limit. */
interface Setup {
  readonly require: readonly string[];
  readonly past: number;
  readonly future: number;
}

// RFC 5322 §3.6
const singletons = [
  "Date",
  "From",
  "Sender",
  "Reply-To",
  "To",
  "Cc",
  "Bcc",
  "Message-Id",
  "In-Reply-To",
  "References",
  "Subject",
];
const fieldName = /^[!-9;-~]{1,76}$/;
const day = 24 * 60 * 60 * 1000;
// The most that the host takes of a reply's lines, and of points at once.
const maxLines = 20;
const maxScore = 100;

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const { past, future } = given.settings;
    return { require: requiredFields(given), past: past as number, future: future as number };
  },

  data_post(event, setup): Answer {
    if (event.size === 0) return reject("You must send some data first", { status: "5.6.0" });
    const found = faults(event, setup);
    if (found.length === 0) return pass();
    return { ...reject(found.slice(0, maxLines), { status: "5.6.0" }), score: -Math.min(found.length, maxScore) };
  },
});

export default plugin;

function requiredFields(given: Given): readonly string[] {
  const names = given.settings["require"] as readonly string[];
  for (const [index, name] of names.entries()) {
    if (fieldName.test(name)) continue;
    given.problem(`settings.require[${index}]`, `${JSON.stringify(name)} is no header field name: write "From"`);
  }
  return names;
}

function faults(event: MessageEvent, setup: Setup): readonly string[] {
  const fields = valuesByName(event.headers);
  const valuesOf = (name: string): readonly string[] => fields.get(name.toLowerCase()) ?? [];
  const missing = setup.require.filter((name) => !valuesOf(name).some((value) => value !== ""));
  const repeated = singletons.filter((name) => valuesOf(name).length > 1);
  return [
    ...missing.map((name) => `We require a valid ${name} header`),
    ...repeated.map((name) => `Only one ${name} header allowed. See RFC 5322, Section 3.6`),
    ...dateFaults(valuesOf("Date")[0], event.time, setup),
  ];
}

function valuesByName(headers: readonly HeaderField[]): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const values = fields.get(key);
    if (values === undefined) fields.set(key, [value]);
    else values.push(value);
  }
  return fields;
}

function dateFaults(value: string | undefined, now: number, { past, future }: Setup): readonly string[] {
  // A date nobody can read is no proof of a wrong clock.
  const date = value === undefined ? undefined : parseMessageDate(value);
  if (date === undefined) return [];
  if (past > 0 && date < now - past * day) return ["The Date header is too far in the past"];
  if (future > 0 && date > now + future * day) return ["The Date header is too far in the future"];
  return [];
}
