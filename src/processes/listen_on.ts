// Listens on an address as the configuration writes it, in whatever process this is.

import cluster from "node:cluster";
import process from "node:process";
import { type Accept, type Address, listen, type Listening, type Place } from "../platform/listen.ts";
import { findPlace, type Found, inheritedSockets } from "./inherited_sockets.ts";

/** What `Daemon` is given to listen with. */
export type Listen = (address: Address, accept: Accept) => Promise<Listening>;

/** Never rejects: a place that cannot be found is a failure to listen. */
export async function listenOn(address: Address, accept: Accept): Promise<Listening> {
  const found = placeOf(address);
  return found.kind === "place" ? await listen(found.place, accept) : { kind: "failed", message: found.problem };
}

/** The place that an address means here. */
export function placeOf(address: Address): Found {
  // Systemd speaks to the process it started; the workers of that one share its sockets.
  return findPlace(address, inheritedSockets(process.env, cluster.isWorker ? process.ppid : process.pid));
}

/** The paths of the Unix sockets among some addresses. */
export function socketPaths(addresses: readonly Address[]): readonly string[] {
  return addresses.map(placeOf).flatMap((found) => found.kind === "place" ? pathOf(found.place) : []);
}

function pathOf(place: Place): readonly string[] {
  return "path" in place ? [place.path] : [];
}
