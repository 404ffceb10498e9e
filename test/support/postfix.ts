// A Postfix of a test's own: installed by the system, but with configuration, queue, log and mailboxes in a folder.

import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, greets } from "./loopback_port.ts";
import {
  mailboxes,
  type MailServer,
  type MailServerSetup,
  messagesIn,
  type Started,
  startListening,
  utf8Mailbox,
} from "./mail_server.ts";
import { type Ran, run } from "./programs.ts";

export interface PostfixSetup extends MailServerSetup {
  /** Lines for the end of master.cf. */
  readonly services?: string;
}

export interface Postfix extends MailServer {
  /** Gives a message to its sendmail command. */
  sendmail(args: readonly string[], input: string): Promise<Ran>;
  /** What each of its SMTP clients sent (`>`) and heard (`<`), in order. */
  dialogues(): readonly (readonly string[])[];
}

/** Its listener takes mail for every domain; its SMTP client logs its dialogues. */
export async function startPostfix(setup: PostfixSetup): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-postfix-"));
  const etc = join(folder, "etc");
  const port = setup.port ?? await freePort();
  const owner = await ids();
  makeFolders(folder, owner);
  mkdirSync(etc);
  writeFileSync(join(etc, "main.cf"), mainConfiguration(folder, setup));
  writeFileSync(join(etc, "master.cf"), services(port, setup.services ?? ""));
  const log = (): string => withoutNoise(textOf(join(folder, "log")));
  const master = join((await run("postconf", ["-h", "-d", "daemon_directory"])).stdout.trim(), "master");
  const started = await startGreeting(() => startListening(master, ["-c", etc, "-d"], port, log), port);
  return {
    port,
    log,
    queued: async () => (await run("postqueue", ["-c", etc, "-j"])).stdout.match(/"address"/g)?.length ?? 0,
    flush: async () => void await run("postqueue", ["-c", etc, "-f"]),
    mailbox: (localPart) => messagesIn(join(folder, "mail", localPart, "new")),
    sendmail: (args, input) => run("sendmail", ["-C", etc, ...args], { input }),
    dialogues: () => dialoguesIn(log()),
    stop: async () => {
      await started.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Once in some thousand starts none of its processes ever says a word, or logs one; the next start is as usual. */
async function startGreeting(start: () => Promise<Started>, port: number): Promise<Started> {
  for (let left = 3;; left--) {
    const started = await start();
    if (left === 0 || await greets(port, 15_000)) return started;
    await started.stop();
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly dropGid: number;
}

async function ids(): Promise<Owner> {
  const number = async (...command: readonly [string, ...string[]]): Promise<number> => {
    const [program, ...args] = command;
    return Number((await run(program, args)).stdout.trim().split(":")[2] ?? Number.NaN);
  };
  const uid = await number("getent", "passwd", "postfix");
  return { uid, gid: await number("getent", "group", "postfix"), dropGid: await number("getent", "group", "postdrop") };
}

/** What `postfix start` would make, which takes two seconds for it. */
function makeFolders(folder: string, { uid, gid, dropGid }: Owner): void {
  const make = (name: string, mode: number, owner: number, group: number): void => {
    const path = join(folder, name);
    mkdirSync(path);
    chmodSync(path, mode);
    chownSync(path, owner, group);
  };
  chmodSync(folder, 0o755);
  make("queue", 0o755, 0, 0);
  make("queue/pid", 0o755, 0, 0);
  for (
    const name of ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "saved", "trace"]
  ) make(`queue/${name}`, 0o700, uid, 0);
  make("queue/private", 0o700, uid, 0);
  make("queue/public", 0o710, uid, dropGid);
  make("queue/maildrop", 0o730, uid, dropGid);
  make("state", 0o700, uid, gid);
  make("mail", 0o700, nobody, nobody);
}

/** Who owns the mailboxes. */
const nobody = 65_534;

function mainConfiguration(folder: string, { next, domain = "sender.test", more = "" }: PostfixSetup): string {
  const own = [...mailboxes, utf8Mailbox].map((localPart) => `{ ${localPart}@${domain} = ${localPart}/ }`);
  return `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/state
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.test
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_dns_support_level = disabled
smtp_host_lookup = native
${next === undefined ? "default_transport = error: no next hop" : `relayhost = [127.0.0.1]:${next}`}
alias_maps =
virtual_mailbox_domains = ${domain}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = inline:{ ${own.join(", ")} }
virtual_uid_maps = static:${nobody}
virtual_gid_maps = static:${nobody}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
service_throttle_time = 1s
smtp_connection_cache_destinations = static:all
debug_peer_list = 127.0.0.1
debug_peer_level = 1
${more}
`;
}

/** No service is chrooted, so none needs copies of the system's files in the queue. */
function services(port: number, more: string): string {
  return `
127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
${more}
`;
}

function dialoguesIn(log: string): string[][] {
  const dialogues = new Map<string, string[]>();
  for (const [, client = "", way, line] of log.matchAll(/postfix\/smtp\[(\d+)\]: ([<>]) \S+: (.*)/g)) {
    dialogues.set(client, [...dialogues.get(client) ?? [], `${way} ${line}`]);
  }
  return [...dialogues.values()];
}

/** Logging dialogues, it logs what its own parts tell each other too. */
function withoutNoise(log: string): string {
  return log.split("\n").filter((line) =>
    /[a-z]\[\d+\]: ([<>] |[0-9A-F]{5,}: |warning|fatal|panic|error|disconn|[A-Z][a-z]+ TLS connection)/.test(line)
  )
    .join("\n");
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
