// An Exim of a test's own, in a private root.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./loopback_port.ts";
import { mailboxes, type MailServer, type MailServerSetup, messagesIn, utf8Mailbox } from "./mail_server.ts";
import { makePrivateRoot } from "./private_root.ts";

export interface EximSetup extends MailServerSetup {
  /** Options of the transport that sends to the next hop. */
  readonly transport?: string;
  /** Puts more files into its root, before it starts. */
  readonly prepare?: (root: string) => void;
  /** Lines behind `begin authenticators`. */
  readonly authenticators?: string;
  /** In the place of where it listens and of the ACL of RCPT. */
  readonly door?: string;
  /** Lines behind `begin acl`, `begin routers` and `begin transports`. */
  readonly acls?: string;
  readonly routers?: string;
  readonly transports?: string;
}

/** Its listener takes mail for every domain; its log has a line for each delivery, `L` where it pipelined. */
export async function startExim(setup: EximSetup): Promise<MailServer> {
  const root = await makePrivateRoot();
  const port = setup.port ?? await freePort();
  root.write("/etc/exim4/exim4.conf", configuration(port, setup));
  for (const path of ["/var/log/exim4", "/var/spool/exim4", "/var/mail"]) root.own(path, "Debian-exim");
  setup.prepare?.(root.folder);
  const log = (): string => {
    const files = ["mainlog", "paniclog"].map((name) => join(root.folder, "var/log/exim4", name)).filter(existsSync);
    return files.map((file) => readFileSync(file, "utf8")).join("");
  };
  const started = await root.start("/usr/sbin/exim4", ["-bdf", "-q1s"], port, log);
  return {
    port,
    log,
    // Lines of a message's recipients are those that begin with ten spaces.
    queued: async () => (await root.run("/usr/sbin/exim4", ["-bp"])).stdout.match(/^ {10}\S/gm)?.length ?? 0,
    flush: async () => void await root.run("/usr/sbin/exim4", ["-qff"]),
    mailbox: (localPart) => messagesIn(join(root.folder, "var/mail", localPart, "new")),
    stop: async () => {
      await started.stop();
      root.remove();
    },
  };
}

function configuration(port: number, setup: EximSetup): string {
  const { next, domain = "sender.test", more = "", transport = "", authenticators = "" } = setup;
  const { acls = "", routers = "", transports = "" } = setup;
  const door = `local_interfaces = 127.0.0.1\ndaemon_smtp_ports = ${port}\nacl_smtp_rcpt = to`;
  const localParts = [...mailboxes, utf8Mailbox].join(" : ");
  return `
primary_hostname = exim.test
log_file_path = /var/log/exim4/%slog
log_selector = +pipelining +smtp_confirmation +8bitmime +tls_cipher +tls_certificate_verified -queue_run
spool_directory = /var/spool/exim4
keep_environment =
${setup.door ?? door}
tls_advertise_hosts =
rfc1413_hosts =
host_lookup =
smtp_accept_max_nonmail = 1000
acl_smtp_data = accept
dsn_advertise_hosts = *
domainlist own = ${domain}
${more}
begin acl
${acls}
to:
  deny domains = +own
    ! local_parts = ${localParts}
    message = no such mailbox
  accept
begin routers
${routers}
${next === undefined ? "" : away}
here:
  driver = accept
  domains = +own
  local_parts = ${localParts}
  transport = mailbox
begin transports
${transports}
next:
  driver = smtp
  port = ${next ?? 25}
  allow_localhost
${transport}
mailbox:
  driver = appendfile
  directory = /var/mail/$local_part_data
  create_directory
  maildir_format
  user = Debian-exim
begin retry
* * F,1h,1s
begin authenticators
${authenticators}
`;
}

const away = `
away:
  driver = manualroute
  domains = ! +own
  transport = next
  route_data = 127.0.0.1
  self = send
  no_more
`;
