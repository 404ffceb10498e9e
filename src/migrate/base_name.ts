// The last part of a path, fit for the name of a list file.

/** `/etc/postgrey/whitelist clients` becomes `whitelist_clients`. */
export function basename(path: string): string {
  const last = path.replace(/\/+$/, "").split("/").at(-1) ?? "";
  const name = last.replace(/[^A-Za-z0-9_.-]/g, "_").replace(/^[^A-Za-z0-9_]/, "_").slice(0, 64);
  return name === "" ? "list" : name;
}
