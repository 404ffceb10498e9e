// The words of Authentication-Results: what a method is, which results the registered ones have, what names a property.

/** Results by method. RFC 8601 §2.7 and the registry "Email Authentication Result Names". */
const registered: { readonly [method: string]: readonly string[] } = {
  "arc": ["none", "pass", "fail"], // RFC 8617 §10.1
  "auth": ["none", "pass", "fail", "temperror", "permerror"],
  "dkim": ["none", "pass", "fail", "policy", "neutral", "temperror", "permerror"],
  "dkim-adsp": ["none", "pass", "unknown", "fail", "discard", "nxdomain", "temperror", "permerror"],
  "dkim-atps": ["none", "pass", "fail", "temperror", "permerror"],
  "dmarc": ["none", "pass", "fail", "temperror", "permerror"], // RFC 7489 §11.2
  "dnswl": ["none", "pass", "temperror", "permerror"], // RFC 8904 §2
  "domainkeys": ["none", "pass", "fail", "policy", "neutral", "temperror", "permerror"],
  "iprev": ["pass", "fail", "temperror", "permerror"],
  "rrvs": ["none", "pass", "fail", "temperror", "permerror", "unknown"],
  "sender-id": ["none", "pass", "fail", "softfail", "policy", "neutral", "temperror", "permerror"],
  "smime": ["none", "pass", "fail", "policy", "neutral", "temperror", "permerror"],
  "spf": ["none", "pass", "fail", "softfail", "policy", "neutral", "temperror", "permerror"],
  "vbr": ["none", "pass", "fail", "temperror", "permerror"],
};

/** The method that tells who has authenticated, which the server alone knows. */
export const ownMethod = "auth";

/** A method or a result: RFC 5321 §4.1.1.1 `Keyword`, in lower case and bounded. */
export function isKeyword(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(text);
}

/** `smtp.mailfrom`, `policy.iprev`: RFC 8601 §2.2 `ptype "." property`. */
export function isProperty(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\.[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/i.test(text);
}

/** What the method can come to; `undefined` for a method that is not registered, which may say anything. */
export function resultsOf(method: string): readonly string[] | undefined {
  return Object.hasOwn(registered, method) ? registered[method] : undefined;
}
