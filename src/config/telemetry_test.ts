import assert from "node:assert/strict";
import { test } from "node:test";
import { loadText } from "../../test/support/load_text.ts";

const endpoint = "telemetry.endpoint: expected a URL such as http://127.0.0.1:4318, without user, query and fragment";

const bad: readonly (readonly [toml: string, problem: string])[] = [
  [`endpoint = "127.0.0.1:4318"`, endpoint],
  [`endpoint = "ftp://collector"`, endpoint],
  [`endpoint = "https://user:password@collector"`, endpoint],
  [`endpoint = "https://collector/?key=s3cret"`, endpoint],
  [`endpoint = "http://"`, endpoint],
  [`sample = 1.5`, "telemetry.sample: expected a number from 0 to 1"],
  [`sample = -0.1`, "telemetry.sample: expected a number from 0 to 1"],
  [`service = ""`, "telemetry.service: expected 1 to 100 visible characters"],
  [`queue = 0`, "telemetry.queue: expected a whole number from 1 to 1000000"],
];

test("telemetry: what cannot be used is refused with its dotted path", async () => {
  for (const [toml, problem] of bad) {
    const { loaded } = await loadText(`[telemetry]\n${toml}\n`);
    assert.ok(loaded.kind === "problems" && loaded.problems.join("\n").includes(problem), toml);
  }
});

test("telemetry: the file of header fields is relative to the configuration", async () => {
  const { loaded, folder } = await loadText(
    `[telemetry]\nendpoint = "https://collector.test/otlp"\nheaders_file = "h"\n`,
  );
  assert.ok(loaded.kind === "config", JSON.stringify(loaded));
  assert.equal(loaded.config.telemetry.headersFile, `${folder}/config/h`);
  assert.equal(loaded.config.telemetry.endpoint, "https://collector.test/otlp");
});
