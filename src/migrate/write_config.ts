// The text of the new qpsmtpd.toml: keys in the order of the shipped one, each with the old line that it comes from.

import type { Entry, Step, Table } from "./effect.ts";
import { formatComment, formatPair } from "./toml_text.ts";

/** What is the same whatever the old configuration says. */
export interface Frame {
  /** The old folder, as it is shown. */
  readonly source: string;
  /** Where all keys are explained: the shipped configuration. */
  readonly shipped: string;
}

const sections = [
  ...[
    "",
    "tls",
    "auth",
    "authentication_results",
    "limits",
    "timeouts",
    "spool",
    "delivery",
    "delivery.maildir",
    "delivery.smtp",
    "log",
    "log.adaptive",
  ],
  ...["policy", "policy.thresholds"],
];

const longest = 118;

export function writeConfig(frame: Frame, entries: readonly Entry[], steps: readonly Step[]): string {
  const own: readonly Entry[] = [
    { key: "state", value: "../var", from: "Everything that the server writes lies below this folder." },
  ];
  const all = [...entries, ...own];
  const blocks = sections.flatMap((section) => {
    const lines = section === "" ? [...pairs(all, section), ...listenHint] : pairs(all, section);
    if (lines.length === 0) return [];
    return [section === "" ? lines : [`[${section}]`, ...lines]];
  });
  const head = [
    "#:schema ./qpsmtpd.schema.json",
    formatComment(
      `Made by qpsmtpd migrate from ${frame.source}; REPORT.md beside this file says what became of each line.`,
    ),
    formatComment(`All keys, and what they mean: ${frame.shipped}`),
  ];
  return [head, ...blocks, ...steps.map(formatStep)].map((lines) => lines.join("\n")).join("\n\n") + "\n";
}

const listenHint = [
  "",
  "# Where the server listens; qpsmtpd was told so by flags. The mail port of the whole world is 25:",
  '# listen = ["0.0.0.0:25", "[::]:25"]',
];

/** Keys with one origin stand together below it. */
function pairs(entries: readonly Entry[], section: string): readonly string[] {
  const mine = entries.filter(({ key }) => key.slice(0, Math.max(key.lastIndexOf("."), 0)) === section);
  return mine.flatMap(({ key, value, from }, at) => [
    ...(mine[at - 1]?.from === from ? [] : [...(section === "" && at > 0 ? [""] : []), formatComment(from)]),
    formatPair(key.slice(key.lastIndexOf(".") + 1), value),
  ]);
}

function formatStep({ from, table, comment }: Step): readonly string[] {
  const said = comment === undefined ? [] : wrapped(comment).map((line) => formatComment(`  ${line}`));
  return [formatComment(from), ...said, ...(table === undefined ? [] : formatTable(table))];
}

function formatTable(table: Table): readonly string[] {
  const { name, label, grant, mode, as, immune, settings } = table;
  const inline = formatPair("settings", settings);
  const isShort = inline.length <= longest;
  const isEmpty = Object.keys(settings).length === 0;
  return [
    "[[plugin]]",
    formatPair("name", name),
    ...(label === undefined ? [] : [formatPair("label", label)]),
    ...(grant.length === 0 ? [] : [formatPair("grant", grant)]),
    ...(mode === undefined ? [] : [formatPair("mode", mode)]),
    ...(as === undefined ? [] : [formatPair("as", as)]),
    ...(immune.length === 0 ? [] : [formatPair("immune", immune)]),
    ...(isEmpty || !isShort ? [] : [inline]),
    // A table of its own takes all keys that follow: it stands last.
    ...(isShort
      ? []
      : ["[plugin.settings]", ...Object.entries(settings).map(([key, value]) => formatPair(key, value))]),
  ];
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > longest - 4) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
