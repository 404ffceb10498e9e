// Finds this machine's name servers where every other program finds them: /etc/resolv.conf.

import { open } from "node:fs/promises";
import { isIP } from "node:net";

/** Times are milliseconds; what the file does not say is absent. */
export interface ResolvConf {
  readonly servers: readonly string[];
  readonly tryTimeout?: number;
  readonly attempts?: number;
  /** The administrator says that the way to the servers is safe, so that their AD bit counts. */
  readonly trustAd: boolean;
}

/** Characters of the file that are looked at, and servers that are taken. */
const longestFile = 65_536;
const mostServers = 8;

/** As resolv.conf(5); search lists are passed over, for the names in mail are fully qualified. Without a server: this machine. */
export function parseResolvConf(text: string): ResolvConf {
  const lines = text.slice(0, longestFile).split("\n").map((line) => line.trim()).filter((line) => !/^[#;]/.test(line));
  const words = lines.map((line) => line.split(/\s+/));
  const servers = words.filter(([keyword, address = ""]) => keyword === "nameserver" && isIP(address) !== 0);
  const options = words.filter(([keyword]) => keyword === "options").flatMap(([, ...rest]) => rest);
  const timeout = numberOf(options, "timeout", 30);
  const attempts = numberOf(options, "attempts", 5);
  return {
    servers: servers.length === 0 ? ["127.0.0.1"] : servers.slice(0, mostServers).map(([, address = ""]) => address),
    ...(timeout === undefined ? {} : { tryTimeout: timeout * 1000 }),
    ...(attempts === undefined ? {} : { attempts }),
    trustAd: options.includes("trust-ad"),
  };
}

/** A file that cannot be read is as good as an empty one. */
export async function readResolvConf(path = "/etc/resolv.conf"): Promise<ResolvConf> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestFile), 0, longestFile, 0);
    return parseResolvConf(buffer.toString("utf8", 0, bytesRead));
  } catch {
    return parseResolvConf("");
  }
}

/** The last `name:n` counts; from 1 to `most`. */
function numberOf(options: readonly string[], name: string, most: number): number | undefined {
  const given = options.findLast((option) => option.startsWith(`${name}:`))?.slice(name.length + 1) ?? "";
  return /^\d{1,9}$/.test(given) ? Math.min(Math.max(Number(given), 1), most) : undefined;
}
