// Opens the way to the next server: what the operator chose, with its files read.

import type { Log } from "../log/log.ts";
import type { DeliveryOpened } from "./delivery.ts";
import { readHopSecrets } from "./hop_secrets.ts";
import type { HopChoice } from "./hop_settings.ts";
import { openSmtp } from "./smtp.ts";

/** Connects to nobody yet. Warnings go to the log. */
export async function openNextHop(choice: HopChoice, log: Log): Promise<DeliveryOpened> {
  if (choice.tls === "verify" && (choice.tlsName ?? choice.host) === "") {
    return { kind: "failed", message: 'delivery.smtp.tls_name: missing; tls = "verify" needs a name to verify' };
  }
  const read = await readHopSecrets(choice);
  if (read.kind === "failed") return read;
  for (const warning of read.warnings) log("warn", "next hop", { warning });
  return { kind: "delivery", delivery: openSmtp(choice, read.secrets, log) };
}
