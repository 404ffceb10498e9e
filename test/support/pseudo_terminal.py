# Runs a program in a pseudo terminal of ROWSxCOLUMNS: each line of standard input is a step, all output goes to standard
# output as it is. Steps: "await TEXT" waits until the output since the last step holds TEXT, "type KEYS" presses keys,
# "size ROWS COLUMNS" resizes. Ends with the exit code of the program, 99 if a step or the end did not come in time.
import fcntl, os, pty, select, signal, struct, sys, termios, time

rows, columns, *argv = sys.argv[1:]
steps = [line.rstrip("\n").split(" ", 1) for line in sys.stdin]


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


sized, sizing = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    os.close(sizing)
    os.read(sized, 1)
    os.execv(argv[0], argv)
resize(terminal, rows, columns)
os.close(sizing)
deadline = time.time() + 100
seen = b""


def give_up(why):
    os.kill(pid, signal.SIGKILL)
    sys.stderr.write(why + "\n")
    sys.exit(99)


def read():
    """False: the program has closed the terminal."""
    global seen
    if time.time() > deadline:
        give_up("not in time; last seen: " + repr(seen[-2000:]))
    if not select.select([terminal], [], [], 0.1)[0]:
        return True
    try:
        octets = os.read(terminal, 65536)
    except OSError:
        return False
    seen += octets
    os.write(1, octets)
    return octets != b""


for step, value in steps:
    if step == "await":
        while value.encode() not in seen:
            if not read():
                give_up("ended before " + value)
        seen = b""
    elif step == "type":
        os.write(terminal, value.encode())
    elif step == "size":
        resize(terminal, *value.split(" "))
        os.kill(pid, signal.SIGWINCH)
while read():
    pass
while True:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended != 0:
        sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
    if time.time() > deadline:
        give_up("closed the terminal and did not end")
    time.sleep(0.05)
