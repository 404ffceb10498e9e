// Looks up where a client is, notes it, tells the message, and does what the operator says about that place.

import { definePlugin, editing, noting, pass, reject } from "#sdk";
import type { Answer, Given, Host, JsonObject, Plugin } from "#sdk";
import { addressOctets } from "../shared/networks.ts";
import { quote } from "../shared/pattern.ts";
import { isOnInternet } from "./on_internet.ts";
import { placesOf, readPlaces, readPoints } from "./places.ts";
import { kilometres, type Position, type Whereabouts, whereaboutsOf } from "./whereabouts.ts";

interface Setup {
  readonly refuse: ReadonlySet<string>;
  readonly only: ReadonlySet<string>;
  readonly points: ReadonlyMap<string, number>;
  /** Where this server is, or its address; absent: distances are of no interest. */
  readonly here: Position | string | undefined;
  readonly tooFar: number;
}

const headers: readonly (readonly [note: string, field: string])[] = [
  ["country", "X-GeoIP-Country"],
  ["continent", "X-GeoIP-Continent"],
  ["city", "X-GeoIP-City"],
  ["asn", "X-GeoIP-ASN"],
];

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    if (given.settings["add_headers"] !== true) given.unused("data_post");
    const here = readHere(given);
    const tooFar = Number(given.settings["too_far"]);
    if (tooFar > 0 && here === undefined) given.problem("settings.too_far", "is of no use without `distance`");
    return {
      refuse: readPlaces(given, "refuse"),
      only: readPlaces(given, "only"),
      points: readPoints(given, "score"),
      here,
      tooFar: tooFar === 0 ? Infinity : tooFar,
    };
  },

  connect({ session: { client: { address } } }, setup, host): Answer {
    if (!isOnInternet(address)) return pass();
    const found = whereaboutsOf(host.mmdb.find(address));
    const places = placesOf(found);
    const distance = distanceOf(found, setup, host);
    const isFar = distance !== undefined && distance > setup.tooFar;
    const verdict = isRefused(places, setup) ? reject(refusal(found), { status: "5.7.1" }) : pass();
    const answer = noting(verdict, { session: noteOf(found, distance) });
    const score = pointsOf(places, setup) - (isFar ? 1 : 0);
    host.log("debug", `${places.join(" ")}${distance === undefined ? "" : `, ${distance} km away`}`);
    return score === 0 ? answer : { ...answer, score };
  },

  data_post({ notes }): Answer {
    const known = notes?.session ?? {};
    const edits = headers.flatMap(([note, name]) => {
      const value = known[note];
      // The sender may have written such a field himself.
      const removed = { edit: "removeHeader", name } as const;
      return value === undefined ? [removed] : [removed, { edit: "addHeader", name, value: String(value) } as const];
    });
    return editing(pass(), ...edits);
  },
});

export default plugin;

function readHere(given: Given): Setup["here"] {
  const text = String(given.settings["distance"]);
  const [, latitude, longitude] = /^(-?\d{1,2}(?:\.\d+)?),\s*(-?\d{1,3}(?:\.\d+)?)$/.exec(text) ?? [];
  if (text === "") return undefined;
  if (latitude !== undefined) return { latitude: Number(latitude), longitude: Number(longitude) };
  if (addressOctets(text) === undefined) {
    given.problem("settings.distance", `${quote(text)} is neither an IP address nor like "48.21,16.37"`);
  }
  return text;
}

function isRefused(places: readonly string[], { refuse, only }: Setup): boolean {
  if (places.some((place) => refuse.has(place))) return true;
  return only.size > 0 && !places.some((place) => only.has(place));
}

function pointsOf(places: readonly string[], { points }: Setup): number {
  const narrowest = places.find((place) => points.has(place));
  return narrowest === undefined ? 0 : points.get(narrowest) ?? 0;
}

function refusal({ country, country_name: name }: Whereabouts): string {
  if (country === undefined) return "Mail from your network is not accepted here";
  return `Mail from your country (${name ?? country}) is not accepted here`;
}

function distanceOf({ position }: Whereabouts, { here }: Setup, host: Host): number | undefined {
  if (position === undefined || here === undefined) return undefined;
  const from = typeof here === "string" ? whereaboutsOf(host.mmdb.find(here)).position : here;
  return from === undefined ? undefined : kilometres(from, position);
}

function noteOf({ position: _, ...found }: Whereabouts, distance: number | undefined): JsonObject {
  return distance === undefined ? found : { ...found, distance };
}
