// The result that the server gives itself: who has authenticated in this session. RFC 8601 §2.7.4.

import type { AuthenticationResult } from "../../sdk/contract/verdict.ts";
import { ownMethod } from "./registry.ts";

/** Nothing about those who have not tried, or tried in vain. */
export function whoAuthenticated({ user }: { readonly user?: string }): readonly AuthenticationResult[] {
  return user === undefined ? [] : [{ method: ownMethod, result: "pass", properties: { "smtp.auth": user } }];
}
