// The command `serve`: all that outlives a generation is opened in order, and closed in the opposite one.

import { join } from "node:path";
import process from "node:process";
import type { Chosen } from "../cli/find_config.ts";
import { prepare } from "../cli/prepare.ts";
import { version } from "../cli/version.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { Generation, GenerationPlugin } from "../generation/generation.ts";
import { openDecoy } from "../generation/open_decoy.ts";
import { type OpenHost, openHost } from "../generation/open_host.ts";
import { PluginFiles } from "../generation/plugin_files.ts";
import { SharedParts } from "../generation/shared_parts.ts";
import { withFields } from "../log/log.ts";
import { ServerLog } from "../log/server_log.ts";
import { runtime } from "../platform/runtime.ts";
import { type Settled, settleRights } from "../processes/settle_rights.ts";
import { decisionsFolder, Journal } from "../receipts/journal.ts";
import { RemoteLists } from "../remote_lists/remote_lists.ts";
import { openSpool } from "../spool/file_spool.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import { fail, inFile } from "./complain.ts";
import { outsideProblems } from "./outside_problems.ts";
import { serveGenerations } from "./serve_generations.ts";
import type { Server } from "./server.ts";
import type { Surroundings } from "./surroundings.ts";

/** Serves until told to stop. The exit code: 0, or 1 if it could not start; then every reason was complained of. */
export async function serve(chosen: Chosen, around: Surroundings): Promise<number> {
  // Generations come and go, the log is one: plugins that outlive theirs write to it too.
  const { worker, print, alert } = around;
  const rotates = worker === undefined;
  const serverLog = new ServerLog({ print, alert, rotates, pid: process.pid, now: () => new Date() });
  const log = worker === undefined ? serverLog.log : withFields(serverLog.log, worker);
  let host: OpenHost | undefined;
  let settled: Extract<Settled, { readonly kind: "settled" }> | undefined;
  const remoteLists = new RemoteLists({ mayAsk: true });
  const shared = { plugins: new SharedParts<GenerationPlugin>(), files: new PluginFiles(), remoteLists };
  const first = await prepare(chosen, around, async (config) => {
    const rights = await settleRights(config);
    if (rights.kind === "failed") return { kind: "problems", problems: inFile(config, rights.problems) };
    settled = rights;
    // Only now: what root makes, the user whose rights are kept could not write.
    const unwritable = await outsideProblems(config);
    if (unwritable.length > 0) return { kind: "problems", problems: inFile(config, unwritable) };
    serverLog.follow(config.log.targets);
    const opened = await openHost(config, log);
    if (opened.kind === "failed") return { kind: "problems", problems: [`${config.file}: state: ${opened.message}`] };
    host = opened.host;
    return { kind: "means", means: { ...shared, log, host } };
  });
  try {
    if (first === undefined || host === undefined || settled === undefined) return 1;
    for (const warning of inFile(first.config, settled.warnings)) around.complain(`warning: ${warning}`);
    return await serveWith(first, { ...shared, log, host, chosen, around, serverLog, listenOn: settled.listen });
  } finally {
    settled?.close();
    await host?.close();
    await serverLog.close();
  }
}

async function serveWith(
  first: Generation,
  given: Omit<Server, "spool" | "deliveries" | "decoy" | "journal" | "telemetry">,
): Promise<number> {
  const { state, spool: { memoryThreshold } } = first.config;
  const [spool, decoy] = [await openSpool(state, { memoryThreshold }), await openDecoy(state)];
  if (spool.kind === "spool" && decoy.kind === "decoy") {
    const journal = new Journal(join(state, decisionsFolder), first.config.receipts, given.log);
    const telemetry = new Telemetry({ version: version(), runtime: runtime(), log: given.log });
    const deliveries = new SharedParts<Delivery>();
    const opened = { spool: spool.spool, decoy: decoy.decoy, deliveries, journal, telemetry };
    try {
      return await serveGenerations(first, { ...given, ...opened });
    } finally {
      await Promise.all([journal.close(), telemetry.close()]);
    }
  }
  await first.close();
  return fail(given.around, [spool, decoy].flatMap((opened) => opened.kind === "failed" ? [opened.message] : []));
}
