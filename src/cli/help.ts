// What `qpsmtpd --help` prints.

/** The whole text, without a line end at its end. */
export const help = `qpsmtpd: an SMTP server whose every decision is made by WebAssembly plugins

Usage: qpsmtpd [COMMAND] [FLAGS]

Commands
  serve                           receive mail (what it does without a command)
  check                           try the configuration and every plugin; exit code 1 and one line for each problem
  hooks                           print each hook with the plugins asked there, in order
  health                          ask the server for its greeting; exit code 1 if there is none
  explain CODE                    print every decision about a message or a client, by the code at the end of a refusal,
                                  or the id in a Received field; from the store, or with --admin from the API
  plugin build IN.ts [-o OUT]     compile a plugin written in TypeScript; OUT is IN.wasm unless given
  plugin inspect FILE.wasm        print what a plugin says of itself, without running it
  plugin keygen FILE              make a key pair: private in FILE, public in FILE.pub
  plugin sign FILE.wasm --key KEY [-o OUT]
                                  sign a plugin, for plugins.signatures = "required"
  password USER                   print a line for the list flat_auth_pw, of a password that is typed or piped in
  token [--role ROLE] [NAME]      make a token for the API, and print it; ROLE is read (the default), operate or deploy
  migrate DIR [--to FOLDER]       make a configuration of qpsmtpd's own folder DIR, and a report of what became of it
  init FOLDER [--state DIR]       make a configuration that runs as it is, every key explained, with its lists

Commands for a running server, through its API
  top [--once]                    sessions, rates, plugins, anew each second; q quits
  tail [--ip ADDRESS|NETWORK] [--from WHO] [--rcpt WHO] [--plugin NAME] [--refused]
                                  print what happens; WHO is a mailbox, @domain or a part of an address
  reload                          read the configuration again, and say what changed, or why everything stayed
  plugins [NAME]                  what runs, how often it was called, what it cost; all of one plugin
  plugins deploy NAME FILE.wasm [--dry-run]
                                  put a file in the place of a plugin's, for all sessions that begin from now on
  plugins rollback NAME           back to the version before
  plugins enable NAME             switch it on again
  plugins disable NAME            switch it off
  sessions [CODE]                 those under way; one of them with its dialogue
  sessions end CODE               end one with 421 as soon as it waits for its client

Flags of most commands, and the environment variables that stand in for them
  --config FILE        QPSMTPD_CONFIG     the configuration; default config/qpsmtpd.toml
  --listen HOST:PORT   QPSMTPD_LISTEN     where to listen, in place of the file's listen; may be repeated
                                          (in the variable: separated by commas); an IPv6 address as [::1]:2525
  --state DIR          QPSMTPD_STATE      folder for everything that is written, in place of the file's state
  --admin HOST:PORT    QPSMTPD_ADMIN      where the API is, in place of the file's admin.listen; or unix:/PATH;
                                          serve has it there, or nowhere with off; other commands ask it there
                       QPSMTPD_TOKEN      the token for the API; default: the file terminal-token in the state folder

Other flags
  --token-file FILE    a file with the token for the API, in place of QPSMTPD_TOKEN
  --json               explain, top, tail, reload, plugins and sessions print JSON, for programs
  -o, --out FILE       where plugin build and plugin sign write
  --to FOLDER          where migrate writes; default qpsmtpd-config; a folder with files in it stays as it is
  -h, --help           this text
  --version            the version

Exit codes: 0 all is well, 1 it is not, 2 the command line is wrong.`;
