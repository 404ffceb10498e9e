// Times and amounts in few characters, for tables. Pure.

/** Milliseconds as `12 s`, `3 min`, `5 h`, `2 d`. */
export function shortDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 100) return `${Math.floor(seconds)} s`;
  if (seconds < 6000) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** One digit behind the point while there is room for it: `0`, `3.2`, `1200`. */
export function shortNumber(value: number): string {
  if (value === 0) return "0";
  return value < 99.95 ? value.toFixed(1) : String(Math.round(value));
}

/** Octets as `12 MB`. */
export function shortSize(octets: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = octets;
  while (value >= 1000 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${units[0]}`;
}
