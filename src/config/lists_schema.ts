// `[lists]`: lists that are fetched from elsewhere, beside those that lie here.

import * as v from "valibot";
import { parseTarget } from "../scopes/http_scope.ts";
import { duration, keyed, path, section, size } from "./schema_values.ts";

/** Times are milliseconds, `size` octets. */
export interface ListsChoice {
  /** By the name of the list. */
  readonly urls: { readonly [name: string]: string };
  readonly refresh: number;
  readonly timeout: number;
  readonly size: number;
  /** PEM file of the authorities that are trusted in the place of the runtime's own; absolute once resolved. */
  readonly ca?: string;
}

/** All are fetched at once. */
const mostUrls = 32;

function listName(): v.GenericSchema<string, string> {
  const message = "expected the name of a list such as badmailfrom";
  return v.pipe(v.string(message), v.regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, message));
}

function url(): v.GenericSchema<unknown, string> {
  const message = "expected a URL such as https://example.org/badmailfrom, without a user";
  return v.pipe(v.string(message), v.check((text) => parseTarget(text).kind === "target", message));
}

export const lists: v.GenericSchema<unknown, ListsChoice> = section("Lists that are fetched from elsewhere.", {
  urls: keyed(
    v.pipe(
      v.record(listName(), url(), "expected a table of names and URLs"),
      v.check((urls) => Object.keys(urls).length <= mostUrls, `expected at most ${mostUrls}`),
    ),
    {},
    "Where the lines come from that are added to those of the file of that name.",
  ),
  refresh: duration("1h", "How often it is asked whether they have changed."),
  timeout: duration("10s", "How long an answer may take, all of it."),
  size: size("1MB", "Longest list that is taken."),
  ca: v.exactOptional(v.pipe(path(), v.description("PEM file of the authorities that are trusted."))),
}) as v.GenericSchema<unknown, ListsChoice>;
