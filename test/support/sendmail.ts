// A sendmail of a test's own, in a private root.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./loopback_port.ts";
import { mailboxes, type MailServer, type MailServerSetup, messagesIn } from "./mail_server.ts";
import { makePrivateRoot, type PrivateRoot } from "./private_root.ts";

export interface SendmailSetup extends MailServerSetup {
  /** Lines of sendmail.mc in the place of the one that says where it listens. */
  readonly door?: string;
}

const configuration = "/etc/mail/sendmail.cf";

/** Its listener takes mail for its own domain, and from this machine for every other. */
export async function startSendmail(setup: SendmailSetup): Promise<MailServer> {
  const root = await makePrivateRoot();
  const port = setup.port ?? await freePort();
  const { domain = "sender.test" } = setup;
  root.write("/etc/mail/sendmail.mc", macros(port, setup));
  root.write("/etc/mail/local-host-names", `${domain}\n`);
  root.write("/etc/mail/aliases", "");
  for (const localPart of mailboxes) root.own(`/var/mail/${localPart}`, localPart, 0o777);
  await make(root);
  // However busy the machine is.
  const args = ["-bD", "-q1s", "-OQueueLA=1000", "-ORefuseLA=1000", `-C${configuration}`];
  const started = await root.start("/usr/sbin/sendmail", args, port);
  const queue = join(root.folder, "var/spool/mqueue");
  const waiting = (): string[] => readdirSync(queue).filter((name) => name.startsWith("qf"));
  return {
    port,
    log: () => started.output() + readdirSync(queue).map((name) => textOf(join(queue, name))).join("\n"),
    queued: () => Promise.resolve(waiting().length),
    flush: async () => void await root.run("/usr/sbin/sendmail", ["-q", `-C${configuration}`]),
    mailbox: (localPart) => messagesIn(join(root.folder, "var/mail", localPart, "new")),
    stop: async () => {
      await started.stop();
      root.remove();
    },
  };
}

/** Nothing if it is gone by now. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

async function make(root: PrivateRoot): Promise<void> {
  const command = `cd /usr/share/sendmail/cf && m4 m4/cf.m4 /etc/mail/sendmail.mc > ${configuration}`;
  const made = await root.run("/bin/sh", ["-c", command]);
  const built = await root.run("/usr/sbin/sendmail", ["-bi", `-C${configuration}`]);
  if (built.code !== 0) throw new Error(made.stderr + built.stdout + built.stderr);
}

function macros(port: number, { door, more = "" }: SendmailSetup): string {
  const usual = `FEATURE(\`no_default_msa')dnl
DAEMON_OPTIONS(\`Family=inet, Addr=127.0.0.1, Port=${port}')dnl`;
  return `divert(0)dnl
OSTYPE(\`linux')dnl
DOMAIN(\`generic')dnl
define(\`confPID_FILE', \`/var/run/sendmail/sendmail.pid')dnl
define(\`confDOMAIN_NAME', \`sendmail.test')dnl
define(\`confDEF_USER_ID', \`65534:65534')dnl
FEATURE(\`use_cw_file')dnl
FEATURE(\`accept_unresolvable_domains')dnl
FEATURE(\`nocanonify')dnl
${door ?? usual}
${more}
define(\`LOCAL_MAILER_PATH', \`/usr/libexec/opensmtpd/mail.maildir')dnl
define(\`LOCAL_MAILER_ARGS', \`mail.maildir /var/mail/$u')dnl
MODIFY_MAILER_FLAGS(\`LOCAL', \`-Sf')dnl
MAILER(\`local')dnl
MAILER(\`smtp')dnl
`;
}
