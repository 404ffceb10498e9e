// The environment variables that stand in for flags.

/** The environment, or a part of it. */
export type Environment = { readonly [name: string]: string | undefined };

/** For each of these flags its variable. */
export const variables = {
  config: "QPSMTPD_CONFIG",
  listen: "QPSMTPD_LISTEN",
  state: "QPSMTPD_STATE",
  admin: "QPSMTPD_ADMIN",
} as const;

/** No flag has it: everybody on a machine can read the arguments of a program. */
export const tokenVariable = "QPSMTPD_TOKEN";
