// A real HAProxy that sends the PROXY protocol to one server, on ports of 127.0.0.1.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiCertificate } from "./api_certificate.ts";
import { eventually } from "./eventually.ts";
import { freePort, isListening } from "./loopback_port.ts";
import { type Started, startListening } from "./mail_server.ts";
import { temporaryFolder } from "./temporary_folder.ts";

export interface Haproxy {
  /** Where each front listens, in the order in which they were asked for. */
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

export interface Front {
  /** Behind the server's address: `send-proxy-v2`. */
  readonly sends: string;
  /** Takes TLS, and knows a client by `apiCertificate` if it shows that. */
  readonly tls?: boolean;
  /** More lines of the section. */
  readonly lines?: readonly string[];
}

/** Every front leads to `port`. */
export async function startHaproxy(port: number, fronts: readonly Front[]): Promise<Haproxy> {
  const folder = temporaryFolder();
  const pem = join(folder, "both.pem");
  writeFileSync(pem, apiCertificate.cert + apiCertificate.key);
  const ports = await Promise.all(fronts.map(() => freePort()));
  const tls = ` ssl crt ${pem} alpn smtp ca-file ${pem} verify optional`;
  const sections = fronts.map((front, i) =>
    [
      `listen front${i}`,
      `bind 127.0.0.1:${ports[i]}${front.tls === true ? tls : ""}`,
      ...front.lines ?? [],
      `server s 127.0.0.1:${port} ${front.sends}`,
    ].join("\n  ")
  );
  const times = ["connect", "client", "server", "check"].map((what) => `timeout ${what} 10s`);
  const text = ["global\n  maxconn 100", `defaults\n  mode tcp\n  ${times.join("\n  ")}`, ...sections, ""].join("\n\n");
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, text);
  const started: Started = await startListening("haproxy", ["-db", "-f", file], ports[0] ?? 0);
  for (const each of ports) await eventually(started.output, async () => await isListening(each) || undefined);
  return { ports, stop: () => started.stop() };
}
