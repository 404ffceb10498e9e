// Real receivers: what arrives there is whole, in order and RFC 5424.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { eventually } from "../../test/support/eventually.ts";
import { freePort } from "../../test/support/loopback_port.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import { parseSyslog } from "../../test/support/syslog_parser.ts";
import {
  datagramReceiver,
  streamReceiver,
  type SyslogReceiver,
  unixReceiver,
} from "../../test/support/syslog_receiver.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { ServerLog } from "./server_log.ts";
import type { SyslogAddress } from "./syslog_address.ts";
import type { SyslogTarget } from "./targets.ts";

interface Logging {
  readonly log: ServerLog;
  readonly alerts: readonly string[];
}

function logTo(address: SyslogAddress, more: Partial<SyslogTarget> = {}): Logging {
  const alerts: string[] = [];
  const alert = (line: string): void => void alerts.push(line);
  const log = new ServerLog({ print: () => {}, alert, rotates: true, pid: 7, now: () => new Date() });
  const origin = { facility: "mail", name: "qpsmtpd", hostname: "mx.example.org", address } as const;
  const levels = { level: "debug", accepted: "debug", refused: "debug" } as const;
  log.follow([{ kind: "syslog", format: "text", ...levels, ...origin, ...more }]);
  return { log, alerts };
}

function numbers({ messages }: SyslogReceiver): readonly number[] {
  return messages.map((message) => Number(/ number=(\d+)/.exec(parseSyslog(message).text)?.[1]));
}

function arrived(receiver: SyslogReceiver, count: number): Promise<true> {
  return eventually(() => `${receiver.messages.length} of ${count} came`, () => {
    return receiver.messages.length >= count ? true : undefined;
  });
}

const folder = temporaryFolder();
const certificate = join(folder, "api.pem");
writeFileSync(certificate, apiCertificate.cert);

const transports: readonly (readonly [
  name: string,
  open: () => Promise<SyslogReceiver>,
  address: (port: number) => SyslogAddress,
  more?: Partial<SyslogTarget>,
])[] = [
  ["UDP", datagramReceiver, (port) => ({ transport: "udp", host: "127.0.0.1", port })],
  ["TCP", () => streamReceiver("tcp"), (port) => ({ transport: "tcp", host: "127.0.0.1", port })],
  ["TLS", () => streamReceiver("tls"), (port) => ({ transport: "tls", host: "127.0.0.1", port }), { ca: certificate }],
  ["a Unix socket", () => unixReceiver(join(folder, "log")), () => ({ transport: "unix", path: join(folder, "log") })],
];

for (const [name, open, address, more] of transports) {
  test(`over ${name} every line arrives, in order`, async () => {
    const receiver = await open();
    const { log } = logTo(address(receiver.port), more);
    for (let number = 0; number < 200; number++) {
      log.log("info", "counted", { number });
      // What the system holds for a receiver is its own affair, and it drops datagrams beyond that.
      if (name === "UDP" && number % 20 === 19) await arrived(receiver, number + 1);
    }
    await arrived(receiver, 200);
    await log.close();
    await receiver.stop();
    assert.deepEqual(numbers(receiver), Array.from({ length: 200 }, (_, number) => number));
  });
}

test("over UDP a message is cut at 2048 octets", async () => {
  const receiver = await datagramReceiver();
  const { log } = logTo({ transport: "udp", host: "127.0.0.1", port: receiver.port });
  log.log("info", "long", { a: "x".repeat(1000), b: "y".repeat(1000), c: "z".repeat(1000) });
  await arrived(receiver, 1);
  await log.close();
  await receiver.stop();
  assert.equal(receiver.messages[0]?.length, 2048);
});

test("over TLS nobody is told but whom the certificate proves", async () => {
  const receiver = await streamReceiver("tls");
  const { log, alerts } = logTo({ transport: "tls", host: "127.0.0.1", port: receiver.port });
  log.log("info", "secret");
  await eventually(() => "no complaint", () => alerts.length > 0 ? true : undefined);
  await log.close();
  await receiver.stop();
  assert.deepEqual(receiver.messages, []);
  assert.match(alerts[0] ?? "", /^log to tls:127\.0\.0\.1:\d+: lines wait and then are dropped: /);
});

test("a receiver that is gone for a while gets what was logged meanwhile, and standard error hears of it once", async () => {
  const first = await streamReceiver("tcp", await freePort());
  const { log, alerts } = logTo({ transport: "tcp", host: "127.0.0.1", port: first.port });
  log.log("info", "counted", { number: 0 });
  await arrived(first, 1);
  await first.stop();
  await eventually(() => "the loss was not seen", () => alerts.length > 0 ? true : undefined);
  for (let number = 1; number <= 100; number++) log.log("info", "counted", { number });
  await new Promise((resolve) => setTimeout(resolve, 600));
  const second = await streamReceiver("tcp", first.port);
  await arrived(second, 100);
  await log.close();
  await second.stop();
  assert.deepEqual(numbers(second), Array.from({ length: 100 }, (_, index) => index + 1));
  assert.equal(alerts.length, 2);
  assert.match(alerts[1] ?? "", /it takes lines again, 0 were dropped$/);
});

test("nobody there: 4 MiB wait, more are dropped, and the receiver is told how many", async () => {
  const gone = await streamReceiver("tcp", await freePort());
  await gone.stop();
  const { log } = logTo({ transport: "tcp", host: "127.0.0.1", port: gone.port });
  const text = "x".repeat(950);
  for (let number = 0; number < 5000; number++) log.log("info", "counted", { number, text });
  const back = await streamReceiver("tcp", gone.port);
  const notice = await eventually(
    () => "no notice",
    () => back.messages.find((message) => message.includes("dropped")),
  );
  const kept = back.messages.length - 1;
  await log.close();
  await back.stop();
  assert.ok(kept > 3900 && kept < 4400, String(kept));
  assert.equal(parseSyslog(notice).text, `lines of the log were dropped lines=${5000 - kept}`);
});

test("closing with nobody there takes no longer than 2 s", async () => {
  const gone = await streamReceiver("tcp", await freePort());
  await gone.stop();
  const { log } = logTo({ transport: "tcp", host: "127.0.0.1", port: gone.port });
  log.log("info", "last");
  const time = awakeTime();
  await log.close();
  assert.ok(time() < 3000);
});
