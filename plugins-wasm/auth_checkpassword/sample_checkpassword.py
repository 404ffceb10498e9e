#!/usr/bin/python3
# A checkpassword for the tests: reads the three fields from file descriptor 3, and on success becomes its arguments.
import os
import sys
import time

given = b""
while len(given) <= 512:
    piece = os.read(3, 513)
    if not piece:
        break
    given += piece
os.close(3)
fields = given.split(b"\0")
if len(given) > 512 or len(fields) != 4 or fields[3] != b"" or len(sys.argv) < 2:
    sys.exit(2)
name, password, stamp, _ = fields
if name == b"broken":
    sys.exit(111)
if name == b"slow":
    time.sleep(60)
if name == b"noisy":
    os.write(2, b"password was " + password)
    os.kill(os.getpid(), 9)
if os.environ.keys() - {"LC_CTYPE", "DENO_EXTRA_STDIO_FDS"}:
    sys.exit(2)
users = {b"alice@example.com": "corréct horse".encode(), b"bob": b"x y"}
if not stamp or users.get(name) != password:
    sys.exit(1)
os.execv(sys.argv[1], sys.argv[1:])
