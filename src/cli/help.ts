// What `qpsmtpd --help` prints.

/** The whole text, without a line end at its end. */
export const help = `qpsmtpd: an SMTP server whose every decision is made by WebAssembly plugins

Usage: qpsmtpd [COMMAND] [FLAGS]

Commands
  serve                           receive mail (what it does without a command)
  check                           try the configuration and every plugin; exit code 1 and one line for each problem
  hooks                           print each hook with the plugins asked there, in order
  plugin build IN.ts [-o OUT]     compile a plugin written in TypeScript; OUT is IN.wasm unless given
  plugin inspect FILE.wasm        print what a plugin says of itself, without running it
  password USER                   print a line for the list flat_auth_pw, of a password that is typed or piped in

Flags of serve, check and hooks, and the environment variables that stand in for them
  --config FILE        QPSMTPD_CONFIG     the configuration; default config/qpsmtpd.toml
  --listen HOST:PORT   QPSMTPD_LISTEN     where to listen, in place of the file's listen; may be repeated
                                          (in the variable: separated by commas); an IPv6 address as [::1]:2525
  --state DIR          QPSMTPD_STATE      folder for everything that is written, in place of the file's state

Other flags
  -o, --out FILE       where plugin build writes
  -h, --help           this text
  --version            the version

Exit codes: 0 all is well, 1 it is not, 2 the command line is wrong.`;
