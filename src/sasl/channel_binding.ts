// Does the client mean the connection that ends here? The rules of SCRAM about channel binding. RFC 5802 §6.

import type { Gs2Header } from "./gs2_header.ts";
import { channelBindingNames, type FailureReason, type Surroundings } from "./mechanism.ts";

export type ScramName = "SCRAM-SHA-256" | "SCRAM-SHA-256-PLUS";

/** `bound`: `expected` is what the client must send in `c` of its last message, decoded. */
export type Binding =
  | { readonly kind: "bound"; readonly expected: Uint8Array }
  | { readonly kind: "failed"; readonly reason: FailureReason };

export function bindChannel(mechanism: ScramName, header: Gs2Header, surroundings: Surroundings): Binding {
  const { binding, text } = header;
  const plus = mechanism === "SCRAM-SHA-256-PLUS";
  // The name of the mechanism and the header must say the same.
  if (plus !== (binding.kind === "used")) return { kind: "failed", reason: "malformed" };
  if (binding.kind === "notOffered" && surroundings.offered.includes("SCRAM-SHA-256-PLUS")) {
    return { kind: "failed", reason: "downgraded" };
  }
  if (binding.kind !== "used") return { kind: "bound", expected: Buffer.from(text) };
  const name = channelBindingNames.find((known) => known === binding.name);
  const channel = name === undefined ? undefined : surroundings.channelBinding(name);
  if (channel === undefined) return { kind: "failed", reason: "unsupportedChannelBinding" };
  return { kind: "bound", expected: Buffer.concat([Buffer.from(text), channel]) };
}
