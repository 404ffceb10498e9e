// Certificates and a TLS client that are none of our own making: openssl's.

import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Paths of a PEM certificate and its key. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface Wanted {
  /** In openssl's form; `/CN=NAME` if absent. */
  readonly subject?: string;
  /** Of subjectAltName, each `DNS:x`, `email:x`, `IP:x` or `URI:x`. */
  readonly names?: readonly string[];
  /** Who signs; itself if absent. */
  readonly by?: Pair;
  readonly authority?: boolean;
  /** `serverAuth`, `clientAuth`; any if absent. */
  readonly usage?: string;
  /** `rsa:2048`, or a curve. */
  readonly key?: string;
  /** Both in openssl's form, YYMMDDHHMMSSZ. */
  readonly valid?: readonly [from: string, until: string];
}

export function openssl(...args: readonly string[]): string {
  return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Makes `NAME.pem` and `NAME.key` in the folder. */
export function makePair(folder: string, name: string, wanted: Wanted = {}): Pair {
  const pair = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  const kind = wanted.key ?? "P-256";
  const key = kind.startsWith("rsa:") ? ["-newkey", kind] : ["-newkey", "ec", "-pkeyopt", `ec_paramgen_curve:${kind}`];
  const request = join(folder, `${name}.csr`);
  const subject = wanted.subject ?? `/CN=${name}`;
  openssl("req", ...key, "-nodes", "-keyout", pair.key, "-out", request, "-subj", subject, "-utf8", "-multivalue-rdn");
  const extensions = join(folder, `${name}.ext`);
  const lines = [
    `basicConstraints=critical,CA:${wanted.authority === true ? "TRUE" : "FALSE"}`,
    ...wanted.usage === undefined ? [] : [`extendedKeyUsage=${wanted.usage}`],
    ...wanted.names === undefined ? [] : ["subjectAltName=@names", "[names]"],
    // In a section of its own a comma does not divide.
    ...(wanted.names ?? []).map((name, index) => name.replace(":", `.${index} = `)),
  ];
  writeFileSync(extensions, `${lines.join("\n")}\n`);
  // `openssl x509` cannot set dates before 3.4, `ca` can.
  const by = wanted.by ?? { certificate: "", key: "" };
  if (wanted.valid !== undefined) signWithDates(folder, request, extensions, pair, wanted.valid);
  else {
    const signer = wanted.by === undefined ? ["-signkey", pair.key] : ["-CA", by.certificate, "-CAkey", by.key];
    openssl("x509", "-req", "-in", request, ...signer, "-days", "90", "-extfile", extensions, "-out", pair.certificate);
  }
  return pair;
}

function signWithDates(
  folder: string,
  request: string,
  extensions: string,
  pair: Pair,
  [from, until]: readonly [string, string],
): void {
  const config = join(folder, "ca.cnf");
  const index = join(folder, "index.txt");
  writeFileSync(index, "");
  writeFileSync(
    config,
    `[ca]\ndefault_ca=own\n[own]\ndatabase=${index}\nnew_certs_dir=${folder}\nrand_serial=yes\n` +
      "default_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n",
  );
  const dates = ["-startdate", from, "-enddate", until];
  const files = ["-in", request, "-out", pair.certificate, "-keyfile", pair.key, "-extfile", extensions];
  openssl("ca", "-batch", "-notext", "-selfsign", "-config", config, ...dates, ...files);
}

/** What `openssl s_client` said. */
export interface ClientReport {
  readonly stdout: string;
  readonly stderr: string;
  /** Owner of the certificate the server showed, as openssl prints it. */
  readonly shown: string | undefined;
}

/** Connects with TLS 1.2 and asks for another handshake on the same connection; resolves when it is closed. */
export async function renegotiate(port: number): Promise<string> {
  const child = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-tls1_2"], { timeout: 60_000 });
  let text = "";
  child.stderr.on("data", (chunk: Uint8Array) => text += new TextDecoder().decode(chunk));
  child.stdin.on("error", () => {});
  child.stdout.once("data", () => child.stdin.write("R\n"));
  await new Promise((resolve) => child.once("close", resolve));
  return text;
}

/**
 * Connects, sends the input when the handshake is done, and reads until the server
 * closes.
 */
export function sClient(port: number, args: readonly string[] = [], input = ""): Promise<ClientReport> {
  const always = ["s_client", "-connect", `127.0.0.1:${port}`, "-showcerts", "-ign_eof"];
  return new Promise((resolve, reject) => {
    const child = spawn("openssl", [...always, ...args], { timeout: 60_000, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Uint8Array) => stdout += new TextDecoder().decode(chunk));
    child.stderr.on("data", (chunk: Uint8Array) => stderr += new TextDecoder().decode(chunk));
    child.stdin.on("error", () => {});
    child.stdin.write(input);
    child.once("error", reject);
    child.once("close", () => resolve({ stdout, stderr, shown: /^ 0 s:(.*)$/m.exec(stdout)?.[1] }));
  });
}
