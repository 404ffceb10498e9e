// The event as one plugin of a chain is told it: with its notes, and with what the plugins before it have changed.

import type { Event, Mailbox } from "../../sdk/contract/event.ts";
import { type About, commonMarks } from "../policy/about.ts";
import type { Standing } from "../policy/standing.ts";
import type { Recipients } from "./notebook.ts";

/** The same event, if the plugins before had nothing to say to the client's favour or against it. */
export function withStanding(event: Event, standing: Standing, about: About): Event {
  const { marks: _marks, score: _score, ...session } = event.session;
  const marks = commonMarks(standing, about);
  return {
    ...event,
    session: {
      ...session,
      ...(marks.length === 0 ? {} : { marks }),
      ...(standing.score === 0 ? {} : { score: standing.score }),
    },
  };
}

/** For these recipients alone. */
export function narrowed(event: Event, { recipients }: About): Event {
  if (!("forwardPaths" in event)) return event;
  const forwardPaths = recipients.map(({ localPart, domain }): Mailbox => ({ localPart, domain }));
  return { ...event, forwardPaths, transaction: { ...event.transaction, recipientCount: forwardPaths.length } };
}

/** Of which recipients the event tells notes. */
export function notedRecipients({ hook, places }: About): Recipients {
  const [place] = places;
  switch (hook) {
    case "rcpt":
      return place === undefined ? { kind: "none" } : { kind: "one", place };
    case "data":
    case "data_headers_end":
    case "data_post":
    case "queue":
      return { kind: "all", places };
    default:
      return { kind: "none" };
  }
}
