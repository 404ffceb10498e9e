// Keeps what a plugin said out of the log if a secret of the client is in it.

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
