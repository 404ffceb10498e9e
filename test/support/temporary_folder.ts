// A folder for one test, gone afterwards.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** Removed when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
