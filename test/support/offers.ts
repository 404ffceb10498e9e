// An offer for tests: everything on that needs nothing else, generous limits.

import type { Offer } from "../../src/smtp/extensions.ts";

export const testOffer: Offer = {
  hostname: "mx.test",
  software: "qpsmtpd/test",
  mode: "smtp",
  tls: "off",
  mechanisms: [],
  authWithoutTls: false,
  extensions: new Set(["CHUNKING"]),
  results: { id: "mx.test", add: false },
  pipelining: "reject",
  maxMessageSize: 1_000_000,
  maxRecipients: 10,
  maxTransactions: 1000,
  maxCommands: 10_000,
  maxRefusals: 20,
  maxAttempts: 3,
};
