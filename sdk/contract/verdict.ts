// What a plugin answers. qpsmtpd's DECLINED, OK, DENY and DENYSOFT are pass, accept, reject and defer here.

import type { JsonObject } from "./contract.ts";
import type { Mailbox, Mark } from "./event.ts";

/** Lines for the client. Each line becomes one line of the reply; CR, LF and NUL are refused by the host. */
export type Text = string | readonly string[];

/** No opinion: the next plugin is asked. */
export interface Pass {
  readonly verdict: "pass";
}

/** Yes, and no later plugin is asked. */
export interface Accept {
  readonly verdict: "accept";
  readonly text?: Text;
}

/** No, for good (`reject`, 5xx) or for now (`defer`, 4xx). No later plugin is asked. */
export interface Refusal {
  readonly verdict: "reject" | "defer";
  /** Why, as the client is told. A refusal without a reason does not exist. */
  readonly text: Text;
  /** Reply code, 400-499 for `defer`, 500-599 for `reject`; the hook's usual code if absent. */
  readonly code?: number;
  /** Enhanced status of RFC 3463 (`5.7.1`), its class agreeing with the verdict. */
  readonly status?: string;
  /** Close the connection after the reply. */
  readonly disconnect?: boolean;
}

/** A change asked for at `data_post`; the host makes it before the message is delivered. */
export type Edit =
  /** On top of the header section, below the trace field of this server. */
  | { readonly edit: "addHeader"; readonly name: string; readonly value: string }
  /** In front of the field that is at this place, counted from 1 at the top; behind the last one if there are fewer. */
  | { readonly edit: "insertHeader"; readonly name: string; readonly value: string; readonly at: number }
  /** Every field of that name; with `nth` (1 = topmost) only that one. */
  | { readonly edit: "removeHeader"; readonly name: string; readonly nth?: number }
  /** The field of that name (1 = topmost, the default) gets this value; added if there is none. */
  | { readonly edit: "replaceHeader"; readonly name: string; readonly value: string; readonly nth?: number }
  | { readonly edit: "addRecipient"; readonly forwardPath: Mailbox }
  | { readonly edit: "removeRecipient"; readonly forwardPath: Mailbox }
  | { readonly edit: "changeReversePath"; readonly reversePath: Mailbox | null };

/** Merged key by key into what this plugin noted before; seen by this plugin, and by those that are granted its notes. */
export interface NotesUpdate {
  readonly session?: JsonObject;
  readonly transaction?: JsonObject;
  /** At `rcpt` alone. */
  readonly recipient?: JsonObject;
}

/**
 * For how long marks hold: `session`, to its end; `transaction`, from `mail` to `queue` alone; `recipient`, at `rcpt`
 * alone: for this forward-path, and for its message only together with all its other recipients.
 */
export type MarkLifetime = "session" | "transaction" | "recipient";

/**
 * What a check found, for the Authentication-Results field (RFC 8601) that the host writes into the message; needs
 * `results:METHOD`. At `connect`: for the session; at `helo` and `ehlo`: until the next hello; at `mail`, `data`,
 * `data_headers_end` and `data_post`: for this message. What a plugin finds at a hook is forgotten when that hook is asked again.
 */
export interface AuthenticationResult {
  /** `iprev`, `spf`, `dkim`, ... in lower case. `auth` is the host's to give. */
  readonly method: string;
  /** `pass`, `fail`, ... in lower case; one that the method knows, if the method is registered with IANA. */
  readonly result: string;
  /** Why, for people: at most 255 octets of UTF-8. */
  readonly reason?: string;
  /** What was checked, by `ptype.property`: `{ "smtp.mailfrom": "a@example.org" }`. At most 10, each 320 octets of UTF-8. */
  readonly properties?: { readonly [property: string]: string };
}

/** What checks a SCRAM proof (RFC 5802 §3): either all four keys, in base64, or the password they are made of. */
export type Keys =
  | { readonly salt: string; readonly iterations: number; readonly storedKey: string; readonly serverKey: string }
  | { readonly password: string };

export type Verdict = Pass | Accept | Refusal;

/**
 * The whole answer to one hook. `edits` at `data_post` alone. With `accept` at `auth`: `keys` when they are asked for, and
 * `user`, who it is; needed if a token or a certificate was judged, or if the client wants to act for another.
 */
export type Answer = Verdict & {
  readonly notes?: NotesUpdate;
  readonly edits?: readonly Edit[];
  readonly keys?: Keys;
  readonly user?: string;
  /** In favour of the client (positive) or against it; needs `score`. The operator says how much it weighs. */
  readonly score?: number;
  /** In favour of the client; needs `mark:relay` and the like. `authenticated` is the host's to give. */
  readonly marks?: readonly Exclude<Mark, "authenticated">[];
  /** Absent: for the session. */
  readonly marksFor?: MarkLifetime;
  /** At most 20, and 4,096 octets as JSON; at `connect`, the hellos, and from `mail` to `data_post`, but not at `rcpt`. */
  readonly results?: readonly AuthenticationResult[];
};
