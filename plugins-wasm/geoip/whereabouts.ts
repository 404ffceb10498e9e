// What databases say of an address, brought to the few things that matter here. Pure.

import type { Json, JsonObject, MmdbRecord } from "#sdk";
import { printable } from "../shared/printable.ts";

/** Degrees; north and east are positive. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** What no database knows is absent. */
export interface Whereabouts {
  /** ISO 3166, two capital letters. */
  readonly country?: string;
  readonly country_name?: string;
  /** Two capital letters: AF, AN, AS, EU, NA, OC, SA. */
  readonly continent?: string;
  readonly city?: string;
  /** The number of the autonomous system, and whose it is. */
  readonly asn?: number;
  readonly as_organization?: string;
  readonly position?: Position;
}

/** The shapes of MaxMind's databases, which others keep too; the first record that knows a thing is believed. */
export function whereaboutsOf(records: readonly MmdbRecord[]): Whereabouts {
  return records.map(({ record }) => readRecord(record)).reduce((known, more) => ({ ...more, ...known }), {});
}

/** Kilometres on the great circle, whole. */
export function kilometres(a: Position, b: Position): number {
  const [from, to] = [radians(a.latitude), radians(b.latitude)];
  const [north, east] = [to - from, radians(b.longitude - a.longitude)];
  const chord = Math.sin(north / 2) ** 2 + Math.cos(from) * Math.cos(to) * Math.sin(east / 2) ** 2;
  return Math.round(2 * 6371 * Math.asin(Math.min(1, Math.sqrt(chord))));
}

function readRecord(record: Json): Whereabouts {
  // An address may be used nowhere in particular, and still be registered somewhere.
  const country = member(record, "country") ?? member(record, "registered_country");
  const [continent, location] = [member(record, "continent"), member(record, "location")];
  return withoutAbsent({
    country: code(country?.["iso_code"] ?? asObject(record)?.["country_code"]),
    country_name: nameOf(country),
    continent: code(continent?.["code"]),
    city: nameOf(member(record, "city")),
    asn: number(asObject(record)?.["autonomous_system_number"]),
    as_organization: text(asObject(record)?.["autonomous_system_organization"]),
    position: positionOf(location),
  });
}

function positionOf(location: JsonObject | undefined): Position | undefined {
  const [latitude, longitude] = [number(location?.["latitude"]), number(location?.["longitude"])];
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude };
}

function nameOf(place: JsonObject | undefined): string | undefined {
  return text(member(place, "names")?.["en"]);
}

function member(of: Json | undefined, name: string): JsonObject | undefined {
  return asObject(asObject(of)?.[name]);
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as JsonObject : undefined;
}

function code(value: Json | undefined): string | undefined {
  return typeof value === "string" && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : undefined;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== ""
    ? printable(value.normalize("NFKD").replaceAll(/\p{M}/gu, ""), 100)
    : undefined;
}

function number(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function radians(degrees: number): number {
  return degrees * Math.PI / 180;
}

function withoutAbsent(found: { readonly [K in keyof Whereabouts]: Whereabouts[K] | undefined }): Whereabouts {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
