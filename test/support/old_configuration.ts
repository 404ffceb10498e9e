// An old configuration of qpsmtpd's as texts, translated with the bundled plugins as their manifests describe them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { OurPlugin } from "../../src/migrate/effect.ts";
import type { OldFolder } from "../../src/migrate/old_folder.ts";
import { type Migration, translate } from "../../src/migrate/translate.ts";

const folder = new URL("../../plugins-wasm/", import.meta.url);

/** What the bundled plugins say of themselves. */
export const bundled: ReadonlyMap<string, OurPlugin> = new Map(
  readdirSync(folder, { withFileTypes: true }).filter((entry) =>
    existsSync(new URL(`${entry.name}/plugin.json`, folder))
  )
    .map(({ name }): [string, OurPlugin] => {
      const { needs = [], lists = [], settings = {} } = JSON.parse(
        readFileSync(new URL(`${name}/plugin.json`, folder), "utf8"),
      );
      return [name, { name, needs, lists, settings }];
    }),
);

/** By name. */
export type Files = { readonly [name: string]: string };

function oldFolder(files: Files): OldFolder {
  return {
    has: (name) => Object.hasOwn(files, name),
    lines: (name) =>
      (Object.hasOwn(files, name) ? files[name] ?? "" : "").split("\n").map((text, at) => ({
        text: text.trim(),
        place: `${name}:${at + 1}`,
      })).filter(({ text }) => text !== "" && !text.startsWith("#")),
  };
}

/** What they come to. */
export function migration(files: Files): Migration {
  return translate({ old: oldFolder(files), plugins: bundled, instead: new Map([["stunnel", "`proxy = true`."]]) });
}
