// The host's capabilities from inside a plugin. Each call suspends the whole guest until the host is ready.

import type { HostAccess } from "../host/host_access.ts";
import { HostError } from "../host/host_error.ts";
import { native } from "./native.ts";

const askHost = 5;
const readContent = 6;

type Result = { readonly value?: unknown; readonly error?: { readonly code: string; readonly message: string } };

export const hostAccess: HostAccess = {
  call(capability: string, request: object): unknown {
    const result = native(askHost, JSON.stringify({ capability, request })) as Result | undefined;
    if (result === undefined) throw new HostError("notGranted", `${capability}: there is no host to ask`);
    if (result.error !== undefined) throw new HostError(result.error.code, result.error.message);
    return result.value;
  },
  readContent(offset: number, into: Uint8Array): number {
    return native(readContent, offset, into) as number;
  },
};
