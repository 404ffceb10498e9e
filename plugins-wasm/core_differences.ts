// What the server itself does otherwise than qpsmtpd: the part of DIFFERENCES.md that no README of a plugin holds.

/** Plugins of qpsmtpd that have none here, because the server does their work or forbids it. */
export const withoutPlugin: readonly (readonly [plugin: string, difference: string])[] = [
  [
    "auth_vpopmail",
    "There is no plugin for it yet. Move the users into flat_auth_pw (qpsmtpd password USER), or ask the service by a " +
    "plugin of your own.",
  ],
  [
    "auth_vpopmail_sql",
    "MySQL is not spoken: auth_sql asks SQLite and PostgreSQL. Or move the users into flat_auth_pw (qpsmtpd password USER).",
  ],
  [
    "auth_vpopmaild",
    "There is no plugin for it yet. Move the users into flat_auth_pw (qpsmtpd password USER), or ask the service by a " +
    "plugin of your own.",
  ],
  ["dont_require_anglebrackets", "The parser wants the brackets: 501. A blank behind `FROM:` is taken."],
  [
    "http_config",
    "`[lists]`: lists come from URLs, each added to the file of its name, fetched at the start and when they are due, kept " +
    "as copies; there every look at any setting was a request. Settings themselves are in the TOML file alone.",
  ],
  ["loop", "The server counts Received fields itself: more than a hundred are a loop (RFC 5321 §6.3), 554 5.4.6."],
  ["naughty", '`mode = "late"` of each plugin, and `policy.late`.'],
  ["parse_addr_withhelo", "Parameters after HELO are 555, always."],
  ["stunnel", "PROXY protocol on listeners with `proxy = true`, from `trust.proxy` alone."],
  ["tls", "STARTTLS and implicit TLS are the server's: `[tls]` and `[[listener]]`."],
  [
    "user_config",
    "Files in `policy.recipients`, for a domain or a mailbox, say what a plugin's refusals are worth there: `mode` and " +
    "`as`. Settings and lists of plugins are everybody's. No name of a file is made of what a client says.",
  ],
];

/** What belongs to no plugin. The names must not be those of plugins: `qpsmtpd migrate` looks for these. */
export const ofTheCore: readonly (readonly [part: string, difference: string])[] = [
  [
    "addresses",
    "A blank in a local part must be quoted (RFC 5321 §4.1.2): `<ask @perl.org>` is 501; there it was taken.",
  ],
  ["addresses", "`MAIL FROM:` and nothing more is 501; there it was the null reverse-path."],
  ["addresses", "Parameters that no extension knows are 555 (RFC 5321 §4.1.1.11); there they were taken."],
  [
    "addresses",
    "Quotes and backslashes are written only where they must be: `a@b` is quoted, its at sign is not escaped.",
  ],
  ["addresses", "`<postmaster>` without a domain is a forward-path alone; as a reverse-path it is 501."],
  ["addresses", "UTF-8 needs SMTPUTF8 (RFC 6531 §3.5); there every octet above 127 was part of an atom."],
  ["addresses", "They have no order: nothing here sorts them."],
  [
    "addresses",
    "An IPv6 address that ends in 127.0.0.1 is not this machine, unless it is mapped (`::ffff:127.0.0.1`).",
  ],
  ["commands", "A second hello begins the session anew (RFC 5321 §4.1.4); there it was 503."],
  ["commands", "DATA is 554 if all recipients were refused (RFC 5321 §3.3), 503 if there was none; there always 503."],
  ["replies", "Every command has one reply. No plugin can hold it back: there is no `DONE`."],
  ["replies", "A refusal for now that closes the connection is 421 (RFC 5321 §3.8); there it was 450 or 451."],
  [
    "replies",
    "What went wrong inside is told to the log alone: the client reads `451 4.3.0 Internal error, try again later`.",
  ],
  [
    "hooks",
    "A plugin that breaks, or answers nonsense, is answered for by its `on_error`, `defer` unless said otherwise; there " +
    "the next plugin was asked.",
  ],
  ["hooks", "A plugin waits for DNS or a server in the middle of its code: there are no continuations."],
  [
    "policy",
    "`reject` and `reject_type` are no settings of plugins: `mode` and `as` of the plugin's table say what comes of a refusal.",
  ],
  [
    "policy",
    "Whether a client is immune, a relay client for instance, is for the server to see: a plugin is not asked about those whom `immune` of its table names.",
  ],
  [
    "results",
    "Authentication-Results of others stay as they are, and only those with our own id are removed (RFC 8601 §5); there all became Original-Authentication-Results.",
  ],
  ["results", "A forged one is removed even if a DKIM signature covers it; there it stayed."],
  [
    "content",
    "Plugins have no files of their own: `temp_file` and `temp_dir` have no counterpart. Content up to `spool.memory_threshold`, 1 MB, waits in memory; there `size_threshold`, 10,000 octets.",
  ],
  [
    "configuration",
    "One TOML file stands for all files but lists. It is config/qpsmtpd.toml or /etc/qpsmtpd/qpsmtpd.toml; nothing is looked for in /var/qmail/control.",
  ],
  [
    "configuration",
    "It is read at the start and by a reload, as a whole, not at every look: there is no cache to clear.",
  ],
  ["configuration", "A key that is not known is an error; there it was undefined."],
  ["configuration", "A client has 5 minutes for a command (RFC 5321 §4.5.3.2.7), in the place of 20 for everything."],
  ["configuration", "`~` is no home folder: paths are relative to the file."],
  [
    "configuration",
    "Plugins do not answer for settings: there are no hooks `config` and `user_config`; `[lists]` and `policy.recipients` stand for them.",
  ],
  ["configuration", "Databases of qmail (`.cdb`) are not read, but `qpsmtpd migrate` takes their keys."],
  [
    "delivery",
    "Two mailboxes never share a Maildir of `%l`, `%d` or `%u`: odd characters stand as `%` and two hex digits, `a b` as " +
    "`a%20b`; there all of them became `_`, so that `a b` and `a/b` were one.",
  ],
  [
    "store",
    "One SQLite file for all plugins, each in a part of its own, in the place of DBM files and Redis; if it cannot be used, a sentence at the start says why.",
  ],
  [
    "store",
    "There is no lock to hold: `compareAndSet` and `increment` are whole steps. There is no `size` and no `flush`: entries expire.",
  ],
];
