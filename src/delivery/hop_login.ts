// Logging in at the next server: AUTH PLAIN or AUTH LOGIN. RFC 4954.

import type { HopConnection, Lost } from "./hop_connection.ts";
import type { Login } from "./hop_settings.ts";

interface Exchange {
  readonly mechanism: "PLAIN" | "LOGIN";
  /** Lines in the order they are sent; each but the last is answered 334. */
  readonly lines: readonly string[];
}

/** PLAIN first: it is a standard and one round trip. Undefined: the server offers neither. */
export function loginExchange(login: Login, mechanisms: readonly string[]): Exchange | undefined {
  const { user, password } = login;
  // RFC 4616 §2
  if (mechanisms.includes("PLAIN")) {
    return { mechanism: "PLAIN", lines: [`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`] };
  }
  if (mechanisms.includes("LOGIN")) {
    return { mechanism: "LOGIN", lines: ["AUTH LOGIN", base64(user), base64(password)] };
  }
  return undefined;
}

/** Undefined: logged in. Otherwise the connection is of no use. Nothing that was sent is in a reason. */
export async function logIn(
  connection: HopConnection,
  login: Login,
  mechanisms: readonly string[],
  within: number,
): Promise<Lost | undefined> {
  const exchange = loginExchange(login, mechanisms);
  if (exchange === undefined) return trouble(connection, "offers neither AUTH PLAIN nor AUTH LOGIN");
  for (const [index, line] of exchange.lines.entries()) {
    await connection.send(`${line}\r\n`, 1, within);
    const read = await connection.read(within);
    if (read.kind === "lost") return read;
    const { code, status = "" } = read.reply;
    const expected = index === exchange.lines.length - 1 ? 235 : 334;
    // Its own words are left out: there are servers that repeat what they were sent.
    if (code !== expected) {
      return trouble(connection, `answered AUTH ${exchange.mechanism} with ${`${code} ${status}`.trim()}`);
    }
  }
  return undefined;
}

function trouble(connection: HopConnection, what: string): Lost {
  connection.quit(1000);
  return { kind: "lost", reason: `the next server ${what}: check delivery.smtp.user and password_file` };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
