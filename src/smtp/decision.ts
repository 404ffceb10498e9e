// What all plugins together said to one question, after the operator's policy was applied.

/** `text` is empty when no plugin gave any: the usual sentence of the reply is used then. */
export interface Decision {
  readonly verdict: "pass" | "accept" | "reject" | "defer";
  readonly text: readonly string[];
  /** Reply code: 4xx for `defer`, 5xx for `reject`. */
  readonly code?: number;
  /** Enhanced status of RFC 3463, its class agreeing with the verdict. */
  readonly status?: string;
  /** Close the connection after the reply. Means something only in a refusal. */
  readonly disconnect: boolean;
}

/** Nobody had an opinion. */
export const passed: Decision = { verdict: "pass", text: [], disconnect: false };
