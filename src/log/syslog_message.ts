// An entry as a syslog message. RFC 5424. Printable ASCII alone, so that it may be cut anywhere.

import { boundedFields, escapeBeyondAscii, fitted, formatJson, formatWords } from "./format_line.ts";
import type { Entry, Level } from "./log.ts";
import type { Facility, SyslogTarget } from "./targets.ts";

/** RFC 5424 §6.2.1. */
const facilityNumbers: { readonly [name in Facility]: number } = {
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  authpriv: 10,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};
const severities: { readonly [level in Level]: number } = { debug: 7, info: 6, warn: 4, error: 3 };

/** The number is IANA's for examples (RFC 5612): we have none of our own, and the form demands one (RFC 5424 §6.3.2). */
const structuredId = "qpsmtpd@32473";

type Origin = Pick<SyslogTarget, "format" | "facility" | "name" | "hostname">;

/** Makes messages; `process` is the number of this process. */
export function syslogFormat({ format, facility, name, hostname }: Origin, process: number): (entry: Entry) => string {
  const contents = { text: asText, json: asJson, structured: asStructured }[format];
  return (entry) => {
    const priority = facilityNumbers[facility] * 8 + severities[entry.level];
    return `<${priority}>1 ${entry.time} ${hostname} ${name} ${process} - ${contents(entry)}`;
  };
}

function asText(entry: Entry): string {
  return `- ${formatWords(entry)}`;
}

function asJson(entry: Entry): string {
  return `- ${escapeBeyondAscii(formatJson(entry))}`;
}

/** RFC 5424 §6.3: the fields as parameters, and our words behind them. */
function asStructured(entry: Entry): string {
  return fitted(({ message, fields }, most) => {
    const parameters = boundedFields(fields, most).map(([name, value]) => ` ${name}="${escapeValue(value)}"`);
    return parameters.length === 0 ? `- ${message}` : `[${structuredId}${parameters.join("")}] ${message}`;
  }, entry);
}

/** RFC 5424 §6.3.3: three characters are escaped. What is not printable ASCII we write as `\uXXXX`. */
function escapeValue(value: string): string {
  return escapeBeyondAscii(value).replace(/["\\\]]/g, "\\$&");
}
