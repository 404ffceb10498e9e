// An event in JSON as one plugin is told it: what the plugins of a chain are told alike is put into words once.

import { Buffer } from "node:buffer";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import type { Own } from "../hooks/askable.ts";
import { eventFilter, grantedNotes } from "./event_fields.ts";
import type { EffectiveGrants } from "./grants.ts";

/** The octets of an event; `own` is what this plugin alone is told, in the place of what the event says. */
export type EncodeEvent = (event: Event, own?: Own) => Uint8Array;

/** By event, and by what is told of it: an event is asked about once, and forgotten then. */
const shared = new WeakMap<Event, Map<string, string>>();

/** Made once for a plugin and hook. */
export function eventEncoder(hook: HookName, grants: EffectiveGrants): EncodeEvent {
  const filter = eventFilter(hook, grants);
  const scopes = [...grants.scopesOf("event")].sort().join(" ");
  return (event, own) => {
    if (own === undefined) return Buffer.from(JSON.stringify(filter(event)));
    const texts = shared.get(event) ?? new Map<string, string>();
    const common = texts.get(scopes) ?? commonText(filter(event));
    if (texts.size === 0) shared.set(event, texts);
    texts.set(scopes, common);
    return Buffer.from(`${common},${ownText(own, grants)}`);
  };
}

/** Mostly it is the seed alone. */
function ownText(own: Own, grants: EffectiveGrants): string {
  if (own.notes === undefined && own.othersNotes === undefined) return `"seed":${own.seed}}`;
  return JSON.stringify(grantedNotes(own, grants)).slice(1);
}

/** Without its end, and without what each plugin is told for itself. */
function commonText(event: Event): string {
  const { seed: _seed, notes: _notes, othersNotes: _others, ...common } = event;
  return JSON.stringify(common).slice(0, -1);
}
