// Makes the lists of the new folder for `qpsmtpd migrate`, in memory: copies with their comments, and made ones.

import { existsSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { displayPath } from "../config/display_path.ts";
import { isWithin } from "../config/lists.ts";
import { readText } from "../config/read_text.ts";
import { basename } from "../migrate/base_name.ts";
import { copyList, type Included } from "../migrate/copy_list.ts";
import type { Copy, MadeList, Remark } from "../migrate/effect.ts";
import { formatComment } from "../migrate/toml_text.ts";

/** One file of the new folder. */
export interface NewList {
  readonly name: string;
  /** Where its lines stood, as it is shown. */
  readonly origin: string;
  readonly lines: readonly string[];
  /** Made of several, or of no text. */
  readonly made?: true;
  /** Never more open than the old one. */
  readonly mode: number;
}

export interface NewLists {
  readonly lists: readonly NewList[];
  readonly remarks: readonly Remark[];
}

const mostOctets = 1_000_000;
const mostFiles = 1000;

/** Whose content nobody else may read. */
const secret = new Set(["flat_auth_pw"]);

export function newLists(folder: string, copies: readonly Copy[], made: readonly MadeList[]): NewLists {
  const lists: NewList[] = [];
  const remarks: Remark[] = [];
  const queue = [...copies];
  const taken = new Set(copies.map(({ to }) => to));
  for (let at = 0; at < queue.length && at < mostFiles; at++) {
    const copy = queue[at];
    if (copy === undefined) break;
    const include = (path: string): Included =>
      includeOf(folder, path, (found) => {
        if (!taken.has(found.to)) queue.push(found);
        taken.add(found.to);
      });
    const one = copied(folder, copy, include);
    if (one.list !== undefined) lists.push(one.list);
    remarks.push(...one.remarks);
  }
  const written = made.map(({ name, comment, lines }) => ({
    name,
    origin: comment,
    lines: [formatComment(comment), ...lines],
    mode: 0o644,
    made: true as const,
  }));
  return { lists: [...lists.filter(({ name }) => !made.some((one) => one.name === name)), ...written], remarks };
}

function copied(
  folder: string,
  { from, to, append = [] }: Copy,
  include: (path: string) => Included,
): { readonly list?: NewList; readonly remarks: readonly Remark[] } {
  const path = resolve(folder, from);
  const file = readText(path, mostOctets);
  if (file.kind === "unreadable") {
    return { remarks: [{ kind: "unreadable", place: from, text: `the list is not copied: ${file.why}` }] };
  }
  if (file.kind === "missing" && append.length === 0) {
    const asked: Remark = { kind: "unreadable", place: from, text: "the list is not copied: no such file" };
    // A list of a plugin may be missing: it is empty then. A file that the old configuration names may not.
    return { remarks: from === to ? [] : [asked] };
  }
  const { lines, refused } = copyList(file.kind === "text" ? file.text : "", include);
  const mode = secret.has(to) ? 0o600 : file.kind === "text" ? statSync(path).mode & 0o666 | 0o600 : 0o644;
  return {
    list: { name: to, origin: from, lines: [...lines, ...append], mode },
    remarks: refused.map(({ line, why }) => ({ kind: "unreadable", place: `${from}:${line}`, text: why })),
  };
}

/** Files below the old folder move along; nothing leads out of it. qpsmtpd looked names up in its folder. */
function includeOf(folder: string, path: string, also: (copy: Copy) => void): Included {
  const found = resolve(folder, path);
  if (!existsSync(found)) return { kind: "missing" };
  if (!isWithin(folder, found)) return { kind: "outside" };
  const inside = relative(folder, found);
  // A link to the old folder may have led here.
  const isBelow = !inside.startsWith("..") && !isAbsolute(inside);
  if (!isBelow || statSync(found).isDirectory()) return { kind: "path", path: found };
  const to = inside.includes("/") ? basename(inside.replaceAll("/", "_")) : inside;
  also({ from: inside, to });
  return { kind: "path", path: to };
}

/** As the report names it. */
export function shownList({ name, origin, mode, made }: NewList, folder: string): string {
  if (made === true) return `${name} made of ${origin}`;
  const from = isAbsolute(origin) ? displayPath(origin) : displayPath(join(folder, origin));
  return `${name} from ${from}${mode === 0o600 && secret.has(name) ? ", for its owner alone" : ""}`;
}
