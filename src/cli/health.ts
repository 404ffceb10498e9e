// `qpsmtpd health`: does a server answer where this configuration says that one listens? For container engines. What the
// server itself has to say against its configuration is added where its API may be asked.

import { connect, type Socket } from "node:net";
import type { Config } from "../config/config.ts";
import type { Listener } from "../config/protocol.ts";
import { loadConfig } from "../config/load.ts";
import { formatListenAddress } from "../config/units.ts";
import type { Status } from "../control/control.ts";
import { escapeControls } from "../text/quote.ts";
import { askApi } from "./admin_client.ts";
import { apiOf } from "./find_api.ts";
import type { Chosen } from "./find_config.ts";
import type { Output } from "./output.ts";

/** Milliseconds until it must have greeted, a greeting delay included. */
const patience = 8000;

/** Milliseconds. */
const patienceOfApi = 1000;

/** Exit code 0 if it greets, 1 if not. */
export async function health(chosen: Chosen, output: Output): Promise<number> {
  const loaded = await loadConfig(chosen.path, chosen.overrides);
  if (loaded.kind === "problems") {
    for (const problem of loaded.problems) output.complain(problem);
    return 1;
  }
  const place = loaded.config.listen.find(isAskable);
  if (place === undefined) {
    output.complain("health: no listener greets in clear at an address of its own: ask the admin API instead");
    return 1;
  }
  const where = formatListenAddress(place);
  const said = await greeting(place);
  if (!said.startsWith("220")) {
    output.complain(`health: ${where}: ${said === "" ? "no greeting" : said}`);
    return 1;
  }
  output.print(`${where}: ${said}`);
  for (const warning of await warningsOf(loaded.config)) output.complain(`warning: ${escapeControls(warning)}`);
  return 0;
}

/** None if the API is off, or not for this user: whether mail is received is another question. */
async function warningsOf(config: Config): Promise<readonly string[]> {
  const found = await apiOf(config);
  if (found.kind === "problem") return [];
  const answer = await askApi(found.door, { method: "GET", path: "/status", within: patienceOfApi });
  return answer.kind === "answer" ? (answer.body as Status).warnings : [];
}

/** Proxies must say who comes, and sockets that systemd passed do not say where they are. */
function isAskable(place: Listener): boolean {
  return !place.proxy && place.tls !== "implicit" && !/^(?:fd:|systemd)/.test(place.host);
}

/** The first line, or why there is none; printable, and not longer than a reply may be. */
function greeting(place: Listener): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = open(place);
    const end = (said: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(said.replace(/[^ -~]/g, "?").slice(0, 512));
    };
    const timer = setTimeout(() => end(`no greeting within ${patience / 1000} s`), patience);
    socket.on("error", (error: NodeJS.ErrnoException) => end(String(error.code ?? error.message)));
    socket.on("close", () => end(text));
    socket.on("data", (chunk: Uint8Array) => {
      text += new TextDecoder().decode(chunk);
      const [line, ...rest] = text.split("\r\n");
      if (rest.length > 0 || text.length > 512) end(line ?? "");
    });
  });
}

function open({ host, port }: Listener): Socket {
  if (host.startsWith("unix:")) return connect(host.slice("unix:".length));
  const loopback: { readonly [host: string]: string } = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return connect(port, loopback[host] ?? host);
}
