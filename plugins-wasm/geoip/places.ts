// Places as the operator writes them: `AT`, `continent/AS`, `AS64500`, `unknown`, and points for them: `AT=1`.

import type { Given } from "#sdk";
import { quote } from "../shared/pattern.ts";
import type { Whereabouts } from "./whereabouts.ts";

const form = /^(?:[A-Z]{2}|continent\/(?:AF|AN|AS|EU|NA|OC|SA)|AS[1-9]\d{0,9}|unknown)$/;
const example = 'write "AT", "continent/EU", "AS64500" or "unknown"';

/** More would be a mistake: there are some 250 countries. */
const mostPlaces = 1000;
const mostPoints = 100;

/** The places of a setting; every other entry becomes a problem. */
export function readPlaces(given: Given, name: string): ReadonlySet<string> {
  const places = entriesOf(given, name).map(capital);
  for (const [index, place] of places.entries()) {
    if (!form.test(place)) given.problem(`settings.${name}[${index}]`, `${quote(place)} is no place: ${example}`);
  }
  return new Set(places);
}

/** The same with points behind each. */
export function readPoints(given: Given, name: string): ReadonlyMap<string, number> {
  const points = new Map<string, number>();
  for (const [index, entry] of entriesOf(given, name).entries()) {
    const [, place = "", digits] = /^([^=]*)=([+-]?\d{1,3})$/.exec(entry.replaceAll(" ", "")) ?? [];
    const count = Number(digits);
    if (!form.test(capital(place)) || Math.abs(count) > mostPoints) {
      given.problem(
        `settings.${name}[${index}]`,
        `${quote(entry)} is not like "AT=1", with at most ${mostPoints} points; ${example}`,
      );
    }
    points.set(capital(place), count);
  }
  return points;
}

/** All names that the operator may have for it, the narrowest first; never none. */
export function placesOf({ asn, country, continent }: Whereabouts): readonly string[] {
  const places = [
    ...(asn === undefined ? [] : [`AS${asn}`]),
    ...(country === undefined ? [] : [country]),
    ...(continent === undefined ? [] : [`continent/${continent}`]),
  ];
  return country === undefined && continent === undefined ? [...places, "unknown"] : places;
}

function entriesOf(given: Given, name: string): readonly string[] {
  const entries = given.settings[name] as readonly string[];
  if (entries.length > mostPlaces) {
    given.problem(`settings.${name}`, `has ${entries.length} places, more than ${mostPlaces}`);
  }
  return entries.slice(0, mostPlaces);
}

function capital(place: string): string {
  return /^[a-z]{2}$/.test(place) ? place.toUpperCase() : place;
}
