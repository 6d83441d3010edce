"""Runs many commands of the real OpenStack client in one process, for it takes seconds to start.

Reads one JSON list of arguments a line; answers each with one JSON line: exit code and output.
One process serves one cloud: the client keeps a login for as long as its process lives.
"""

import contextlib
import io
import json
import logging
import os
import sys

from openstackclient import shell

commands = os.fdopen(os.dup(0), "r")
answers = os.fdopen(os.dup(1), "w")
sys.stdin = open(os.devnull)
for line in commands:
    out, err = io.StringIO(), io.StringIO()
    # Each run adds a handler; without this, later messages would go to earlier outputs.
    logging.getLogger().handlers.clear()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = shell.main(json.loads(line))
        except SystemExit as end:
            code = end.code
    answer = {"code": code or 0, "stdout": out.getvalue(), "stderr": err.getvalue()}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
