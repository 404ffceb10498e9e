// Names of users, compared without case.

/** The name as it is looked up, and as the session has it from then on. */
export function canonicalName(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
