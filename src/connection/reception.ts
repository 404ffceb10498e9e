// One message on its way in, from its first octet to its discard; BDAT keeps it open from command to command.

import type { HeaderField } from "../../sdk/contract/event.ts";
import { isForged } from "../authentication_results/forged_fields.ts";
import type { Settled } from "../hooks/settle.ts";
import type { Session } from "../smtp/session.ts";
import { parseHeaderSection } from "../spool/header_section.ts";
import type { Draft } from "../spool/spool.ts";
import { Intake } from "./intake.ts";
import { PacedData } from "./paced_data.ts";
import type { Talk } from "./talk.ts";

export class Reception {
  readonly draft: Draft;
  readonly intake: Intake;
  readonly data: PacedData;

  constructor(talk: Talk, session: Session) {
    const { spool, offer: { maxMessageSize: size }, bounds } = talk.desk;
    this.draft = spool.open(spoolName(session));
    this.intake = new Intake(
      this.draft,
      { ...bounds, size },
      (section) => askHeaders(talk, session, section),
    );
    this.data = new PacedData(talk);
  }

  /** The spool is clean afterwards. Harmless when repeated. */
  async discard(): Promise<void> {
    await this.draft.discard();
  }
}

/** What plugins may see of a header section: without fields that claim to be the results of our own checks, `id`. */
export function fieldsOf(headerSection: Uint8Array, id: string): readonly HeaderField[] {
  return parseHeaderSection(headerSection).filter((field) => field.name !== "" && !isForged(field, id))
    .map(({ name, value }) => [name, value]);
}

async function askHeaders({ questions, desk }: Talk, session: Session, headerSection: Uint8Array): Promise<Settled> {
  const headers = questions.wants("data_headers_end") ? fieldsOf(headerSection, desk.offer.results.id) : [];
  return await questions.ask(session, { kind: "headers", hook: "data_headers_end", headers });
}

/** Transaction ids hold a dot; names of spool files do not. */
function spoolName({ transaction, id }: Session): string {
  return (transaction?.id ?? id).replaceAll(".", "-");
}
