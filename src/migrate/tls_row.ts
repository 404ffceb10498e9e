// qpsmtpd's plugin tls as [tls]: its arguments and the files it looked for without any.

import type { Around, Effect, Entry } from "./effect.ts";
import type { PluginLine } from "./plugin_line.ts";
import { asWritten } from "./plugin_row.ts";

const usual = ["ssl/qpsmtpd-server.crt", "ssl/qpsmtpd-server.key"] as const;

/** The certificates as written; whoever writes the new folder sees whether they can be used. */
export function translateTls(line: PluginLine, { old }: Around): Effect {
  const { place } = line;
  const from = asWritten(line);
  const [certificate = usual[0], key = usual[1], authority, parameters] = line.words;
  const given = line.words.length > 0 || old.has(usual[0]);
  const entries: Entry[] = given ? [{ key: "tls.certificates", value: [{ certificate, key }], from }] : [];
  const surplus = authority ?? parameters;
  return {
    entries,
    remarks: [
      { kind: "became", place, text: `${line.text} → [tls], offered by the server itself` },
      ...(surplus === undefined ? [] : [{ kind: "differs" as const, place, text: chained }]),
      ...(given ? [] : [{ kind: "differs" as const, place, text: selfMade }]),
    ],
  };
}

const chained =
  "the authority's certificate belongs into the certificate's file, behind the server's own; parameters " +
  "for Diffie-Hellman are not needed";
const selfMade = "there is no ssl/qpsmtpd-server.crt: a certificate that nobody believes is made at the first start";
