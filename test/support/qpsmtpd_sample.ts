// A configuration folder of qpsmtpd's, with every file and plugin line of its sample, in words of our own.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file without lines is there, and says nothing. */
export const sampleFiles: { readonly [name: string]: string } = {
  plugins: [
    "# who is asked, in this order",
    ...["hosts_allow", "fcrdns", "quit_fortune", "earlytalker", "count_unrecognized_commands 4", "relay"],
    ...["dnsbl reject naughty reject_type disconnect", "rhsbl", "helo policy strict reject 0", ""],
    ...["auth/auth_flat_file", "auth/authdeny", "dont_require_anglebrackets", "badmailfrom reject naughty"],
    ...["resolvable_fromhost reject 0", "sender_permitted_from reject 1", "badrcptto", "rcpt_ok", ""],
    "headers reject 0 reject_type temp require From,Date future 2 past 15",
    ...["bogus_bounce log", "dkim reject 0", "dmarc", "virus/klez_filter", "spamassassin reject 12"],
    ...["naughty reject data", "", "queue/maildir maildir", "# queue/smtp-forward 192.0.2.9 25", ""],
  ].join("\n"),
  plugin_dirs: "# none but the usual\n",
  logging: "logging/warn 6\n",
  loglevel: "6\n",
  me: "mx.example.org\n",
  smtpgreeting: "# without it, a greeting of its own\n",
  timeout: "# seconds\n1200\n",
  databytes: "20000000\n",
  size_threshold: "10000\n",
  spool_dir: "/var/spool/qpsmtpd\n",
  spool_perms: "0700\n",
  tls_before_auth: "1\n",
  tls_ciphers: "HIGH\n",
  IP: "0\n",
  rcpthosts: "# ours\nlocalhost\n.example.net\n$include more_hosts\n",
  more_hosts: "# further ones\nexample.com\n",
  relayclients: "# nobody else\n127.0.0.1\n192.168.\n",
  norelayclients: "192.0.99.5\n",
  badmailfrom: "bad@example.org Not from you\n@spam.example\n",
  badrcptto: "nobody@localhost Nobody reads that\n",
  badhelo: "yahoo.com\naol.com\n",
  hosts_allow: "192.0.2.0/24 DENY Not from there\n",
  dnsbl_zones: "# zone, and what is told\nbl.example.net\nrbl.example.org:Listed, see https://rbl.example.org/?%IP%\n",
  dnsbl_allow: "192.0.2.1\n",
  dnsbl_rejectmsg: "# unused\n",
  rhsbl_zones: "dbl.example.net\n",
  invalid_resolvable_fromhost: "127.0.0.0/8\n10.0.0.0/8\n",
  flat_auth_pw: "matt@example.org:correct horse\n",
  whitelisthosts: "# nobody\n",
  denysoft_greylist: "# the usual\n",
  add_geoip_headers: "1\n",
  public_suffix_list: "com\nco.uk\n",
  spfbehavior: "# off\n",
  uribl_zones: "multi.example.net\n",
};

/** Writes the sample, with `changes` in the place of its files; `undefined` leaves one out. */
export function writeSample(folder: string, changes: { readonly [name: string]: string | undefined } = {}): void {
  for (const [name, text] of Object.entries({ ...sampleFiles, ...changes })) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
