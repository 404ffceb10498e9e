// The image of packaging/Containerfile, made and run by buildah without any registry.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./programs.ts";
import { projectRoot } from "./runtimes.ts";
import { type StartedProcess, startProcess } from "./started_process.ts";

export interface ContainerImage {
  /** What the image says of itself. */
  readonly config: { readonly User: string; readonly Healthcheck: { readonly Test: readonly string[] } };
  /** The command that runs its arguments inside, as the image's user. */
  start(...words: readonly string[]): StartedProcess;
  run(...words: readonly string[]): ReturnType<typeof run>;
  remove(): Promise<void>;
}

/** `binary` is the executable that the image is to hold: what it needs of this machine is all of its base. */
export async function buildImage(binary: string): Promise<ContainerImage> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-image-"));
  const flags = ["--storage-driver", "vfs", "--root", join(folder, "store"), "--runroot", join(folder, "run")];
  const buildah = async (...args: readonly string[]): Promise<string> => {
    const ran = await run("buildah", [...flags, ...args], { cwd: projectRoot });
    assert.equal(ran.code, 0, ran.stderr);
    return ran.stdout.trim();
  };
  await makeBase(binary, join(folder, "base"));
  const base = await buildah("from", "scratch");
  await buildah("copy", "-q", base, join(folder, "base"), "/");
  await buildah("commit", "-q", base, "localhost/base");
  const file = ["-f", "packaging/Containerfile", "--build-arg", "BASE=localhost/base"];
  await buildah("build", "-q", "--isolation", "chroot", "--format", "docker", ...file, "-t", "localhost/qpsmtpd", ".");
  const container = await buildah("from", "localhost/qpsmtpd");
  const { Docker } = JSON.parse(await buildah("inspect", "--type", "image", "localhost/qpsmtpd"));
  const inside = [...flags, "run", "--isolation", "chroot", container, "--"];
  return {
    config: Docker.config,
    start: (...words) => startProcess(["buildah", ...inside, ...words]),
    run: (...words) => run("buildah", [...inside, ...words]),
    remove: async () => {
      await buildah("rm", "--all");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The C library, and the name of a user. */
async function makeBase(binary: string, folder: string): Promise<void> {
  const { stdout } = await run("ldd", [binary]);
  for (const [library] of stdout.matchAll(/\/\S+\.so\S*/g)) {
    mkdirSync(join(folder, dirname(library)), { recursive: true });
    copyFileSync(library, join(folder, library));
  }
  mkdirSync(join(folder, "etc"));
  writeFileSync(join(folder, "etc", "passwd"), "nonroot:x:65532:65532::/:/sbin/nologin\n");
}
