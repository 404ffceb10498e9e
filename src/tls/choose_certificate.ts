// Which of several certificates a client gets, by the name it asked for (RFC 6066 §3).

/**
 * The index of the first certificate that carries the name, else of the first with a wildcard for it, else 0: a client
 * that asks for nothing, or for what we do not have, gets the first and may judge for itself.
 */
export function chooseCertificate(certificates: readonly (readonly string[])[], asked: string | undefined): number {
  const name = (asked ?? "").toLowerCase().replace(/\.$/, "");
  const exact = certificates.findIndex((names) => names.includes(name));
  if (exact !== -1) return exact;
  // RFC 9525 §6.3: the wildcard stands for exactly one label, the leftmost.
  const dot = name.indexOf(".");
  const wild = dot > 0 ? certificates.findIndex((names) => names.includes(`*${name.slice(dot)}`)) : -1;
  return Math.max(wild, 0);
}
