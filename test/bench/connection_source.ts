// A process that opens sessions one after another: connect, greeting, EHLO, maybe STARTTLS and EHLO again, QUIT, closed.
// Arguments: port, sessions, how many at the same time, `starttls` or `plain`. Prints seconds and its processor time.

import { connect, type Socket } from "node:net";
import { connect as secure } from "node:tls";

const [port = "", sessions = "", atOnce = "", kind = "plain"] = process.argv.slice(2);
const lines = {
  plain: ["EHLO client.example.org", "QUIT"],
  starttls: ["EHLO client.example.org", "STARTTLS", "EHLO client.example.org", "QUIT"],
}[kind] ?? [];

/** Resolves when the server has closed after the last reply. */
function session(): Promise<void> {
  return new Promise((resolve, reject) => {
    let [next, text] = [0, ""];
    const fail = (why: string): void => reject(new Error(`${why}: ${JSON.stringify(text)}`));
    const listen = (socket: Socket): void => {
      socket.setEncoding("latin1");
      socket.on("data", (chunk: string) => {
        text += chunk;
        if (!endsReply(text)) return;
        if (!text.startsWith("2")) return fail("a refusal");
        if (lines[next - 1] === "STARTTLS") return upgrade(socket);
        say(socket);
      });
      socket.on("error", (error) => fail(error.message));
      socket.on("close", () => next === lines.length && text.startsWith("221") ? resolve() : fail("closed early"));
    };
    const say = (socket: Socket): void => {
      const line = lines[next];
      if (line === undefined) return;
      next++;
      text = "";
      socket.write(`${line}\r\n`);
    };
    const upgrade = (socket: Socket): void => {
      socket.removeAllListeners();
      const secured = secure({ socket, rejectUnauthorized: false });
      listen(secured);
      secured.on("secureConnect", () => say(secured));
    };
    const socket = connect({ port: Number(port), host: "127.0.0.1", noDelay: true });
    listen(socket);
  });
}

/** The last line has a space behind its code. */
function endsReply(text: string): boolean {
  if (!text.endsWith("\r\n")) return false;
  const last = text.lastIndexOf("\n", text.length - 2) + 1;
  return text[last + 3] !== "-";
}

let left = Number(sessions);
const [began, used] = [performance.now(), process.cpuUsage()];
await Promise.all(Array.from({ length: Number(atOnce) }, async () => {
  while (left-- > 0) await session();
}));
const { user, system } = process.cpuUsage(used);
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000, processor: (user + system) / 1e6 }));
