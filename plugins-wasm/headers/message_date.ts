// The date-time of a message, RFC 5322 §3.3 with the obsolete forms of §4.3.

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

// Hours east of UTC. Every other name, military letters too, says nothing and counts as -0000.
const zoneHours: { readonly [zone: string]: number } = {
  edt: -4,
  est: -5,
  cdt: -5,
  cst: -6,
  mdt: -6,
  mst: -7,
  pdt: -7,
  pst: -8,
};

const dateTime =
  /^\s*(?:[a-z]{3}\s*,)?\s*(\d{1,2})\s+([a-z]{3})\s+(\d{2,4})\s+(\d{2})\s*:\s*(\d{2})(?:\s*:\s*(\d{2}))?\s+([+-]\d{4}|[a-z]{1,5})\s*$/i;

/** Milliseconds since 1970, UTC; undefined for what is no date-time. */
export function parseMessageDate(text: string): number | undefined {
  if (text.length > 200) return undefined;
  const match = dateTime.exec(withoutComments(text));
  if (match === null) return undefined;
  const [, day = "", month = "", year = "", hour = "", minute = "", second = "0", zone = ""] = match;
  const offset = zoneMinutes(zone);
  const monthIndex = months.indexOf(month.toLowerCase());
  if (offset === undefined || monthIndex === -1) return undefined;
  const midnight = Date.UTC(fullYear(year), monthIndex, Number(day));
  // 31 February lands on another day than it says.
  if (new Date(midnight).getUTCDate() !== Number(day)) return undefined;
  // 60 is a leap second.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  return midnight + ((Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second)) * 1000;
}

/** Comments nest, and a backslash takes the next character out of play (RFC 5322 §3.2.2). */
function withoutComments(text: string): string {
  let depth = 0;
  let kept = "";
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\" && depth > 0) at++;
    else if (character === "(") depth++;
    else if (character === ")" && depth > 0) {
      depth--;
      kept += " ";
    } else if (depth === 0) kept += character;
  }
  return kept;
}

function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return digits.length === 3 ? 1900 + year : year;
}

function zoneMinutes(zone: string): number | undefined {
  if (!/^[+-]/.test(zone)) return (zoneHours[zone.toLowerCase()] ?? 0) * 60;
  const minutes = Number(zone.slice(3));
  if (minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + minutes);
}
