"""Processes of one measurement: started on loopback, pinned to cores, measured through /proc, ended by id."""

import atexit
import os
import pathlib
import signal
import socket
import subprocess
import time

LOOPBACK = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return listener.getsockname()[1]


def listens(port, patience=20.0):
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            socket.create_connection((LOOPBACK, port), 1).close()
            return True
        except OSError:
            time.sleep(0.02)
    return False


def family(process):
    """The process and all that it started, by id."""
    found, left = [], [process]
    while left:
        found.append(left.pop())
        try:
            children = pathlib.Path(f"/proc/{found[-1]}/task/{found[-1]}/children").read_text(encoding="ascii")
        except OSError:
            continue
        left += [int(child) for child in children.split()]
    return found


class Server:
    """A server that listens on `port` once this returns; RuntimeError with the end of its output otherwise. It ends with this process."""

    def __init__(self, name, words, port, folder, environment=None):
        self.name, self.port = name, port
        self.output = pathlib.Path(folder) / f"{port}.log"
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})})
        atexit.register(self.stop)
        if not listens(port):
            self.stop()
            raise RuntimeError(f"{name} does not listen on {port}:\n{self.output.read_text(errors='replace')[-2000:]}")

    def pin(self, cores):
        for process in family(self.process.pid):
            try:
                for thread in os.listdir(f"/proc/{process}/task"):
                    os.sched_setaffinity(int(thread), cores)
            except OSError:
                pass  # ended meanwhile

    def cpu_seconds(self):
        total = 0
        for process in family(self.process.pid):
            try:
                numbers = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            except OSError:
                continue
            total += sum(int(number) for number in numbers[11:13])
        return total / TICKS

    def resident_megabytes(self):
        total = 0
        for process in family(self.process.pid):
            try:
                for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
                    if line.startswith("Rss:"):
                        total += int(line.split()[1])
            except OSError:
                continue
        return total / 1024

    def stop(self):
        if self.process.poll() is not None:
            return
        for process in reversed(family(self.process.pid)):
            try:
                os.kill(process, signal.SIGTERM)
            except OSError:
                pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            for process in reversed(family(self.process.pid)):
                try:
                    os.kill(process, signal.SIGKILL)
                except OSError:
                    pass
            self.process.wait()
