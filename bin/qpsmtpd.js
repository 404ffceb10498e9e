#!/usr/bin/env -S node --max-semi-space-size=16
// The installed command, with less room for young objects than Node's own: an idle connection then costs half the memory.
// Plain JavaScript, so that a Node too old for the rest can still say so in one sentence.

import { existsSync } from "node:fs";

if (typeof WebAssembly !== "object" || typeof WebAssembly.Suspending !== "function") {
  console.error(
    `qpsmtpd needs WebAssembly promise integration (JSPI), which Node ${process.versions.node} lacks: ` +
      "use Node 24 or newer, Deno 2.9 or newer, or Bun 1.4 or newer.",
  );
  process.exitCode = 1;
} else {
  // In a checkout the sources run as they are, whatever was packed of them once.
  const sources = new URL("../src/main.ts", import.meta.url);
  await import(existsSync(sources) ? sources.href : "../dist/src/main.js");
}
