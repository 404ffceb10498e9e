// What a client hears whose session is ended from our side before it has said QUIT.

import type { Reply } from "../smtp/reply.ts";
import * as replies from "../smtp/replies.ts";
import type { Talk } from "./talk.ts";

/** RFC 5321 §3.8: 421, and the connection is closed. */
export function goodbye({ wire, desk: { offer } }: Pick<Talk, "wire" | "desk">): Reply {
  return (wire.ended ? replies.endedByOperator : replies.shuttingDown)(offer.hostname);
}
