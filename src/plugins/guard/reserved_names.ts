// The names that the guard adds to a module, and that no module may bring along.

/** Import namespace of `tick`, and the beginning of every export that the guard adds. */
export const reservedModule = "qpsmtpd:guard";

/** Imports of WASI are renamed to this, so that no runtime's own WASI can ever be linked. */
export const wasiModule = "qpsmtpd:wasi";

export const wasiPreview1 = "wasi_snapshot_preview1";

/** `(remaining: i32) -> i32`: given the fuel left (negative), returns the new fuel; a negative answer kills. */
export const tickName = "tick";

export const fuelExport = "qpsmtpd:guard:fuel";
export const startExport = "qpsmtpd:guard:start";
/** What `_initialize` is renamed to. */
export const initializeExport = "qpsmtpd:guard:_initialize";

/**
 * Exports that a host may run by itself when it makes an instance, before there is any fuel: they are hidden behind
 * names of ours. Only `_initialize` is run then, by the host and under fuel; the others begin programs, not plugins.
 */
export const hiddenExports: ReadonlySet<string> = new Set(["_initialize", "_start", "hs_init"]);

export const memoryExport = "qpsmtpd:guard:memory";

/** Export of the module's mutable global or table by its index in the module as it was. */
export function globalExport(index: number): string {
  return `qpsmtpd:guard:global:${index}`;
}

export function tableExport(index: number): string {
  return `qpsmtpd:guard:table:${index}`;
}

/** The only custom section that is kept: others say things about bytes that are no longer there. */
export const keptSection = "qpsmtpd.plugin";

/** Whether an export's name, or an import's namespace, belongs to the guard. */
export function isReserved(name: string): boolean {
  return name.startsWith(reservedModule) || name.startsWith(wasiModule);
}
