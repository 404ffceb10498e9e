// A server that greets and knows one answer: what a connection costs the runtime itself.

import { createServer } from "node:net";

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("data", () => socket.write("250 mx.test\r\n"));
  socket.on("error", () => {});
  socket.write("220 mx.test ESMTP\r\n");
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`127.0.0.1:${address.port}`);
});
process.once("SIGTERM", () => process.exit(0));
