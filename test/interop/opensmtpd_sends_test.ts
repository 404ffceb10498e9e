// OpenSMTPD as the client.

import { startOpenSmtpd } from "../support/opensmtpd.ts";
import { lackingRoot } from "../support/private_root.ts";
import { runtimes } from "../support/runtimes.ts";
import { sends } from "./sender_promises.ts";

for (const runtime of runtimes) {
  sends({ name: "OpenSMTPD", skip: lackingRoot(), start: (next) => startOpenSmtpd({ next }) }, runtime);
}
