// What a server's message means for the question: aliases followed, times to live worked out. Pure.

import type { Message, Question, WireRecord } from "./message.ts";
import type { Answered } from "./resolver.ts";

/** Seconds. A record is asked for again after a day at the latest, the absence of one after five minutes. */
const longestTtl = 86_400;
const longestNegativeTtl = 300;

/** Aliases behind aliases that are followed. */
const longestChain = 16;

/** `believesAd`: whether the server's word on signatures may be passed on. */
export function interpret(question: Question, message: Message, believesAd: boolean): Answered {
  const { used, found } = follow(question, message.records);
  const isUsable = message.rcode === "NOERROR" || message.rcode === "NXDOMAIN";
  const known = Math.min(longestTtl, ...used.map((record) => record.ttl));
  const absent = Math.min(known, longestNegativeTtl, message.negativeTtl);
  return {
    kind: "answer",
    records: isUsable ? found.map((record) => record.content) : [],
    // A failing server may do better a moment later.
    ttl: !isUsable ? 0 : found.length > 0 ? known : absent,
    rcode: message.rcode,
    authenticated: believesAd && message.authenticated,
  };
}

interface Followed {
  /** Aliases on the way and records at its end. */
  readonly used: readonly WireRecord[];
  readonly found: readonly WireRecord[];
}

function follow({ name, type }: Question, records: readonly WireRecord[]): Followed {
  const used: WireRecord[] = [];
  let owner = name;
  for (let step = 0; step <= longestChain; step++) {
    const found = records.filter((record) => record.type === type && record.owner === owner);
    if (found.length > 0) return { used: [...used, ...found], found };
    const alias = records.find((record) => record.type === "CNAME" && record.owner === owner);
    if (alias?.type !== "CNAME") break;
    used.push(alias);
    owner = alias.content;
  }
  return { used, found: [] };
}
