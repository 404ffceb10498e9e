// A PostgreSQL server of a test's own: on a free port of this machine, for TLS or without, as nobody where we are root.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getuid } from "node:process";
import { asNobody, nobody } from "./as_nobody.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./loopback_port.ts";
import { type Started, startListening } from "./mail_server.ts";

export interface Postgres {
  readonly port: number;
  readonly user: "postgres";
  readonly password: string;
  /** Runs a script of SQL as its owner. */
  sql(script: string): void;
  stop(): Promise<void>;
}

/** Debian does not put its programs into the PATH. */
export function postgresPrograms(): string {
  const versions = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
  return `/usr/lib/postgresql/${versions[0]}/bin`;
}

const password = "a secret of the server";

/** `tls`: PEM of certificate and key. */
export async function startPostgres(tls?: { readonly certificate: string; readonly key: string }): Promise<Postgres> {
  const programs = postgresPrograms();
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-postgres-"));
  const [data, passwordFile] = [join(folder, "data"), join(folder, "password")];
  writeFileSync(passwordFile, password);
  if (tls !== undefined) {
    writeFileSync(join(folder, "certificate.pem"), tls.certificate);
    writeFileSync(join(folder, "key.pem"), tls.key, { mode: 0o600 });
  }
  chmodSync(folder, 0o700);
  if (getuid?.() === 0) {
    for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) {
      chownSync(path, nobody.uid, nobody.gid);
    }
  }
  const initdb = ["-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", passwordFile, "-N", "--locale=C"];
  const [program, ...rest] = asNobody(join(programs, "initdb"), initdb);
  execFileSync(program, rest, { stdio: "ignore", cwd: folder });
  const port = await freePort();
  const secure = tls === undefined
    ? []
    : ["ssl=on", `ssl_cert_file=${folder}/certificate.pem`, `ssl_key_file=${folder}/key.pem`];
  const settings = [
    "fsync=off",
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    ...secure,
  ];
  const [server, ...args] = asNobody(join(programs, "postgres"), [
    "-D",
    data,
    ...settings.flatMap((setting) => ["-c", setting]),
  ]);
  const started = await startListening(server, args, port);
  await eventually(started.output, () => {
    return spawnSync(join(programs, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)]).status === 0 || undefined;
  });
  return { port, user: "postgres", password, sql: (script) => psql(port, script), stop: () => stop(started, folder) };
}

function psql(port: number, input: string): void {
  const args = ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1"];
  execFileSync("psql", args, {
    input,
    env: { PATH: "/usr/bin:/bin", PGPASSWORD: password },
    stdio: ["pipe", "ignore", "inherit"],
  });
}

async function stop(server: Started, folder: string): Promise<void> {
  await server.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
