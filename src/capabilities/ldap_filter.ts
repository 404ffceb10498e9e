// Filters of LDAP with values in them: RFC 4515, in which no value can change what the filter asks.

/** Each `{0}`, `{1}`, ... stands for one of the values; undefined if there is no such value. */
export function filterWith(filter: string, values: readonly string[]): string | undefined {
  const places = [...filter.matchAll(/\{(\d{1,2})\}/g)].map(([, index]) => Number(index));
  if (places.some((place) => place >= values.length)) return undefined;
  return filter.replaceAll(/\{(\d{1,2})\}/g, (_all, index: string) => escapeValue(values[Number(index)] ?? ""));
}

/** RFC 4515 §3: NUL, parentheses, asterisk and backslash must be escaped; what is not ASCII may be, and is. */
export function escapeValue(value: string): string {
  return [...new TextEncoder().encode(value)].map((octet) => {
    const character = String.fromCharCode(octet);
    return /[A-Za-z0-9@._+ -]/.test(character) ? character : `\\${octet.toString(16).padStart(2, "0")}`;
  }).join("");
}
