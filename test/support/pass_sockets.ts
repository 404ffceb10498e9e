// Starts a program the way systemd starts one of a .socket unit: with sockets that listen already.

/** Binds a loopback port for each name, says `passed PORT PORT`, and becomes the command, keeping its process id. */
const script = `
import os, socket, sys
names = sys.argv[1].split(":")
sockets = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in names]
print("passed", *(s.getsockname()[1] for s in sockets), flush=True)
for index, each in enumerate(sockets):
    os.dup2(each.fileno(), 100 + index)
for index in range(len(names)):
    os.dup2(100 + index, 3 + index)
    os.set_inheritable(3 + index, True)
if sys.argv[2] == "told":
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(names)), LISTEN_FDNAMES=sys.argv[1])
os.execvp(sys.argv[3], sys.argv[3:])
`;

/** `told`: whether LISTEN_FDS and its like are set. */
export function passingSockets(
  names: readonly string[],
  told: boolean,
  command: readonly string[],
): readonly [string, ...string[]] {
  return ["python3", "-c", script, names.join(":"), told ? "told" : "untold", ...command];
}
