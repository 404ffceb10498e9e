// An OpenSMTPD of a test's own, in a private root.

import { join } from "node:path";
import { freePort } from "./loopback_port.ts";
import { mailboxes, type MailServer, type MailServerSetup, messagesIn } from "./mail_server.ts";
import { makePrivateRoot } from "./private_root.ts";

export interface OpenSmtpdSetup extends MailServerSetup {
  /** How the next hop is spoken to: `smtp`, `smtp+tls`, `smtps`, `lmtp`; options of the action follow its address. */
  readonly scheme?: string;
  /** A login before the host, from table `logins`: `label@`. */
  readonly login?: string;
  readonly relayOptions?: string;
}

/** Its listener takes mail for every domain; it logs what it does with each message. */
export async function startOpenSmtpd(setup: OpenSmtpdSetup): Promise<MailServer> {
  const root = await makePrivateRoot();
  const port = setup.port ?? await freePort();
  root.write("/etc/smtpd.conf", configuration(port, setup));
  for (const localPart of mailboxes) root.own(`/var/mail/${localPart}`, localPart);
  // It does not run at all without its group.
  root.own("/usr/sbin/smtpctl", "opensmtpq", 0o2755);
  const started = await root.start("/usr/sbin/smtpd", ["-d", "-v", "-f", "/etc/smtpd.conf"], port);
  const control = (...args: readonly string[]): ReturnType<typeof root.run> => root.run("/usr/sbin/smtpctl", args);
  return {
    port,
    log: () => started.output(),
    queued: async () => (await control("show", "queue")).stdout.split("\n").filter((line) => line !== "").length,
    flush: async () => {
      // A host that deferred is left alone for a while, unless told otherwise.
      await control("resume", "route", "1");
      await control("schedule", "all");
    },
    mailbox: (localPart) => messagesIn(join(root.folder, "var/mail", localPart, "new")),
    stop: async () => {
      await started.stop();
      root.remove();
    },
  };
}

function configuration(port: number, setup: OpenSmtpdSetup): string {
  const { next, domain = "sender.test", more = "", scheme = "smtp", login = "", relayOptions = "" } = setup;
  const away = `action "away" relay host ${scheme}://${login}127.0.0.1:${next} helo opensmtpd.test ${relayOptions}
match from any for any action "away"`;
  return `
${more}
listen on 127.0.0.1 port ${port} hostname opensmtpd.test
action "here" maildir "/var/mail/%{user.username}"
match from any for domain "${domain}" action "here"
${next === undefined ? "" : away}
`;
}
