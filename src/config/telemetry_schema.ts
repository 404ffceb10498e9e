// The section [telemetry] of config/qpsmtpd.toml: traces for OpenTelemetry.

import * as v from "valibot";
import type { TelemetryChoice } from "../telemetry/choice.ts";
import { count, duration, flag, keyed, path, section } from "./schema_values.ts";

export const telemetry: v.GenericSchema<unknown, TelemetryChoice> = section("Traces for OpenTelemetry.", {
  endpoint: v.exactOptional(
    v.pipe(endpoint(), v.description("Base URL of a collector for OTLP by HTTP; without it there are no traces.")),
  ),
  headers_file: v.exactOptional(
    v.pipe(path(), v.description(`File of header fields for the collector, each line "Name: value".`)),
  ),
  service: keyed(word(), "qpsmtpd", "What this server is called there."),
  sample: keyed(share(), 1, "The share of sessions that are traced, from 0 to 1."),
  addresses: flag(false, "Whether addresses of mailboxes and the words of plugins are told, too."),
  gzip: flag(false, "Whether what is sent is compressed."),
  queue: count(4096, 1_000_000, "Most spans that wait to be sent; more are dropped, and counted."),
  interval: duration("5s", "How long spans wait for others to be sent with."),
  timeout: duration("10s", "How long the collector may take for a request."),
});

function endpoint(): v.GenericSchema<unknown, string> {
  const message = "expected a URL such as http://127.0.0.1:4318, without user, query and fragment";
  return v.pipe(v.string(message), v.check(isEndpoint, message));
}

function isEndpoint(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === "") && !/[?#]/.test(text);
}

function word(): v.GenericSchema<unknown, string> {
  const message = "expected 1 to 100 visible characters";
  return v.pipe(v.string(message), v.regex(/^[!-~]{1,100}$/, message));
}

function share(): v.GenericSchema<unknown, number> {
  const message = "expected a number from 0 to 1";
  return v.pipe(v.number(message), v.minValue(0, message), v.maxValue(1, message));
}
