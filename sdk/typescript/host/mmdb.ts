// `host.mmdb`: what databases of IP addresses (MaxMind DB files) say of one, those that the operator grants.

import type { Json } from "../../contract/contract.ts";
import type { HostAccess } from "./host_access.ts";

export interface MmdbRecord {
  /** The database's path. */
  readonly file: string;
  /** What kind it is, as it says itself: `GeoLite2-Country`. */
  readonly type: string;
  /** In the shape of that kind. Octets are base64, whole numbers beyond 2^53 text. */
  readonly record: Json;
}

export interface Mmdb {
  /** One for each database that knows the address, in the order of the grants. HostError: `tooLarge`. */
  find(address: string): readonly MmdbRecord[];
}

export function mmdbOf({ call }: HostAccess): Mmdb {
  return {
    find: (address: string): readonly MmdbRecord[] => {
      return (call("mmdb", { address }) as { readonly records: readonly MmdbRecord[] }).records;
    },
  };
}
