// Ports for programs that cannot say which one the system gave them.

import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";

/** Of the ports 10,000 to 29,999 each process has its own, unless their ids differ by a multiple of 100. */
const ownPorts = 200;
const firstOwn = 10_000 + process.pid % 100 * ownPorts;
let given = Math.floor(Math.random() * ownPorts);

/**
 * A port of 127.0.0.1 that nobody listens on. It is below those that systems give away by themselves, and no other
 * test file is given it, nor is this one soon again: nobody takes it before the program does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = firstOwn + given++ % ownPorts;
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Clients that are connected to this port of 127.0.0.1, whoever they are. */
export function clientsOf(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/net/tcp", "latin1").split("\n").map((row) => row.trim().split(/\s+/));
  // State 1 is ESTABLISHED.
  return rows.filter(([, from, , state]) => from === local && state === "01").length;
}

/** Whether a server there says its first words within so many milliseconds. */
export function greets(port: number, within: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (hasGreeted: boolean): void => {
      clearTimeout(timer);
      socket.end("QUIT\r\n");
      socket.resume();
      resolve(hasGreeted);
    };
    const timer = setTimeout(settle, within, false);
    socket.once("data", (octets) => settle(octets.toString("latin1").startsWith("220")));
    socket.on("error", () => settle(false));
  });
}

/** Whether somebody takes connections there. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
