// One mail transaction as a value: from an accepted MAIL to the end of mail data. RFC 5321 §3.3.

import type { Mailbox, Parameters } from "../../sdk/contract/event.ts";
import type { MailCommand, RcptCommand } from "./command.ts";

/** From an accepted MAIL to the end of mail data, RSET or another hello. */
export interface Transaction {
  readonly id: string;
  /** `null` is the null reverse-path `<>`. */
  readonly reversePath: Mailbox | null;
  readonly forwardPaths: readonly ForwardPath[];
  /** Of MAIL. */
  readonly parameters: Parameters;
  readonly refusedRecipients: number;
  /** Octets that came by BDAT so far; absent before the first. RFC 3030 §2. */
  readonly chunked?: number;
}

/** An accepted recipient. `parameters` are those of its RCPT, absent if there were none. */
export interface ForwardPath extends Mailbox {
  readonly parameters?: Parameters;
}

export function beginTransaction(id: string, { reversePath, parameters }: MailCommand): Transaction {
  return { id, reversePath, forwardPaths: [], parameters, refusedRecipients: 0 };
}

export function withRecipient(transaction: Transaction, { forwardPath, parameters }: RcptCommand): Transaction {
  const { localPart, domain } = forwardPath;
  const bare = Object.keys(parameters).length === 0;
  const added: ForwardPath = bare ? { localPart, domain } : { localPart, domain, parameters };
  return { ...transaction, forwardPaths: [...transaction.forwardPaths, added] };
}
