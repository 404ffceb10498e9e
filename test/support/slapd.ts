// A directory server (OpenLDAP's slapd) of a test's own, with a few users; for TLS it has the certificate of api.test.

import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getuid } from "node:process";
import { apiCertificate } from "./api_certificate.ts";
import { asNobody, nobody } from "./as_nobody.ts";
import { freePort } from "./loopback_port.ts";
import { startListening } from "./mail_server.ts";

export interface Slapd {
  /** `ldap://127.0.0.1:PORT`, with STARTTLS. */
  readonly url: string;
  /** `ldaps://127.0.0.1:PORT` */
  readonly secureUrl: string;
  stop(): Promise<void>;
}

/** alice and bob; and two called twin. The reader may search, nobody in particular may not. */
const entries = `
dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=reader,dc=example,dc=org
objectClass: person
cn: reader
sn: Reader
userPassword: read me

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

${person("alice", "alice", "corréct horse")}
${person("bob", "bob", "x y")}
${person("a*(b)\\\\c", "odd", "odd one")}
${person("twin", "twin1", "the same")}
${person("twin", "twin2", "the same")}
${person("twin", "twin3", "the same")}`;

function person(uid: string, cn: string, password: string): string {
  const lines = [
    `dn: cn=${cn},ou=people,dc=example,dc=org`,
    ...["person", "inetOrgPerson"].map((name) => `objectClass: ${name}`),
    `cn: ${cn}`,
    `sn: ${cn}`,
    `uid: ${uid}`,
    `userPassword:: ${Buffer.from(password).toString("base64")}`,
  ];
  return `${lines.join("\n")}\n`;
}

export async function startSlapd(): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-slapd-"));
  const at = (name: string): string => join(folder, name);
  mkdirSync(at("data"));
  writeFileSync(at("certificate.pem"), apiCertificate.cert);
  writeFileSync(at("key.pem"), apiCertificate.key, { mode: 0o600 });
  writeFileSync(at("entries.ldif"), entries.replaceAll("\\\\", "\\"));
  writeFileSync(at("slapd.conf"), configuration(folder));
  const owned = [folder, ...readdirSync(folder).map(at)];
  if (getuid?.() === 0) { for (const path of owned) chownSync(path, nobody.uid, nobody.gid); }
  const [adding, ...words] = asNobody("/usr/sbin/slapadd", ["-f", at("slapd.conf"), "-l", at("entries.ldif")]);
  execFileSync(adding, words, { stdio: ["ignore", "ignore", "pipe"] });
  const [port, securePort] = [await freePort(), await freePort()];
  const [url, secureUrl] = [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${securePort}`];
  const [program, ...args] = asNobody("/usr/sbin/slapd", [
    "-d",
    "0",
    "-f",
    at("slapd.conf"),
    "-h",
    `${url} ${secureUrl}`,
  ]);
  const server = await startListening(program, args, securePort);
  return {
    url,
    secureUrl,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function configuration(folder: string): string {
  return [
    ...["core", "cosine", "inetorgperson"].map((name) => `include /etc/ldap/schema/${name}.schema`),
    ...["modulepath /usr/lib/ldap", "moduleload back_mdb"],
    `TLSCertificateFile ${folder}/certificate.pem`,
    `TLSCertificateKeyFile ${folder}/key.pem`,
    // What a server may do, and a client must not fall for: RFC 4513 §5.1.2.
    "allow bind_anon_cred bind_anon_dn",
    ...["database mdb", `directory ${folder}/data`, "maxsize 10485760"],
    ...['suffix "dc=example,dc=org"', 'rootdn "cn=root,dc=example,dc=org"', "index uid eq"],
    "access to attrs=userPassword by anonymous auth by * none",
    'access to * by dn.exact="cn=reader,dc=example,dc=org" read by * none',
    "",
  ].join("\n");
}
