"""One run of wrk against one server, with what it cost that server."""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Run:
    requests_s: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    errors: int
    requests: int
    cpu_us: float  # of the server, a request
    rss_mb: float  # of the server, at the end


def load(server, target, *, seconds, connections, cores, tokens=None):
    """Keeps `connections` busy with GETs of `target`. `tokens`: a file, one credential a line, sent in turn."""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", HERE / "wrk.lua",
             f"http://127.0.0.1:{server.port}{target}"]
    environment = dict(os.environ, TOKENS=str(tokens or ""))
    before = server.cpu_seconds()
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True, env=environment, check=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, cores))
    figures = json.loads(next(line for line in reversed(done.stdout.splitlines()) if line.startswith("{")))
    spent = server.cpu_seconds() - before
    return Run(**figures, cpu_us=spent / max(figures["requests"], 1) * 1e6, rss_mb=server.resident_megabytes())


def median(runs, figure):
    return statistics.median(getattr(run, figure) for run in runs)
