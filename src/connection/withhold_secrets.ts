// Keeps the secrets of clients out of the log, and from those who look on.

import type { Credentials } from "../hooks/project.ts";

const instead = "(not shown: a secret of the client is in it)";

/**
 * Gives every text back but one that repeats a secret, as it is, in JSON or in base64. All of such a text goes: around a
 * gap, the length and place of a short secret would tell too much.
 */
export function withholding({ password, digest, token }: Credentials): (text: string) => string {
  const secrets = [password ?? "", digest ?? "", token ?? ""].filter((secret) => secret !== "");
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  ]);
  return (text) => forms.some((form) => text.includes(form)) ? instead : text;
}

/** In the place of a line of an exchange of AUTH. */
export const withheld = "(not shown)";

/** Characters of a line that onlookers see. */
const mostShown = 512;

const verbs = /^(?:EHLO|HELO|LHLO|MAIL|RCPT|BDAT|STARTTLS|DATA|RSET|QUIT|NOOP|HELP|VRFY|XCLIENT|XFORWARD)(?: |$)/i;

/**
 * A command line as onlookers may see it. AUTH without what follows its mechanism; of a line that is no command only the
 * word in front, and after an AUTH (`authTried`) nothing: clients go on with their password when they were refused.
 */
export function shownLine(line: string, authTried: boolean): string {
  if (verbs.test(line)) return line.slice(0, mostShown);
  const [, word = "", mechanism = "", rest = ""] = /^(\S*)(?: +([A-Za-z0-9_-]{1,20})(?= |$))?(.*)$/s.exec(line) ?? [];
  if (word.toUpperCase() === "AUTH" && mechanism !== "") {
    return rest.trim() === "" ? line.trim() : `${word} ${mechanism} ${withheld}`;
  }
  if (authTried || !/^[A-Za-z]{1,16}$/.test(word)) return withheld;
  return mechanism === "" && rest === "" ? word : `${word} ${withheld}`;
}
