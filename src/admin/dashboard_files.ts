// The dashboard as it is served: the files of src/admin/dashboard, each read once.

import { createHash } from "node:crypto";
import { extname } from "node:path";
import { programFilesIn, readProgramFile } from "../platform/program_files.ts";
import type { PageFile } from "./desk.ts";

const folder = "src/admin/dashboard";

/** What is served; a file with another ending is not. */
const types: { readonly [ending: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** By their paths: `/` is the page, `/dashboard/NAME` what it is made of. */
export function dashboardFiles(): ReadonlyMap<string, PageFile> {
  return new Map(
    programFilesIn(folder).flatMap((name): [string, PageFile][] => {
      const type = types[extname(name)];
      if (type === undefined) return [];
      const octets = readProgramFile(`${folder}/${name}`);
      const tag = `"${createHash("sha256").update(octets).digest("base64url").slice(0, 22)}"`;
      return [[name === "index.html" ? "/" : `/dashboard/${name}`, { octets, type, tag }]];
    }),
  );
}
