// One session under way as the operator sees it: plain JSON. Texts of clients are bounded and not escaped.

/** One in a list of them. Secrets are withheld. */
export interface SessionSummary {
  /** Its code, as refusals end in. */
  readonly id: string;
  /** The process that serves it. */
  readonly pid: number;
  /** The client's address; empty for one of a Unix socket. */
  readonly client: string;
  /** That of the server. */
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly state: LiveState;
  /** Milliseconds since 1970: in this state since then. */
  readonly since: number;
  /** The hook whose plugins are being asked, in the state `plugins`. */
  readonly asking?: string;
  readonly hello?: string;
  /** Its protocol and cipher: `TLSv1.3 TLS_AES_256_GCM_SHA384`. */
  readonly tls?: string;
  readonly user?: string;
  /** The reverse-path of the transaction under way, `<>` if it is null. */
  readonly from?: string;
  /** Recipients accepted in it, the first twenty of them, and how many there are. */
  readonly to?: readonly string[];
  readonly recipients?: number;
  readonly commands: number;
  /** Transactions begun, messages accepted, commands and messages refused. */
  readonly transactions: number;
  readonly messages: number;
  readonly refusals: number;
}

/** One of them whole. */
export interface LiveSession extends SessionSummary {
  /** The last lines, the oldest first; `omitted`: how many entries are missing. */
  readonly dialogue: readonly DialogueLine[];
  readonly omitted: number;
  /** What plugins found, the last fifty, the oldest first; without those that were not asked. */
  readonly findings: readonly LiveFinding[];
}

/** What it waits for: the client's command or mail data, plugins, the delivery backend; `server`: our own work. */
export type LiveState = "command" | "content" | "plugins" | "delivery" | "server";

export interface DialogueLine {
  /** Milliseconds after the session began. */
  readonly at: number;
  /** `C`: the client. `S`: the server. `P`: a plugin that did more than pass. */
  readonly who: "C" | "S" | "P";
  readonly text: string;
}

export interface LiveFinding {
  /** Milliseconds after the session began. */
  readonly at: number;
  readonly hook: string;
  readonly plugin: string;
  /** See `Found` of src/watch. */
  readonly found: string;
  readonly about?: string;
  readonly why?: string;
  readonly micros?: number;
  readonly failure?: string;
  readonly score?: number;
  readonly marks?: string;
}
