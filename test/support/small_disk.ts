// A file system that is full after a few kilobytes, so that a full disk is tested on one.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/**
 * The folder where it is mounted, unmounted when the test file is done; undefined where this user must not mount. CI
 * may, so there it is an error.
 */
export function smallDisk(octets: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-disk-"));
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${octets},mode=700`, "qpsmtpd-test", folder]);
  after(() => {
    if (mount.status === 0) spawnSync("umount", [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  if (mount.status === 0) return folder;
  if (process.env.CI === "true") throw new Error(`Cannot mount a small disk: ${mount.stderr}. CI has to run as root`);
  return undefined;
}
