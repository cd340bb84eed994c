"""Servers that are started, watched and stopped by their process id."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def say(text):
    """Progress, on standard error: the report alone is on standard output."""
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A process with children perhaps, that listens on a loopback port. Stopped when the `Servers` it is of ends."""

    def __init__(self, name, port, process, log, took):
        self.name, self.port, self.process, self.log = name, port, process, log
        #: Seconds from its start to its first answer.
        self.took = took
        self._last_peak = 0.0

    def pids(self):
        """The process and its descendants."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    stat = (entry / "stat").read_text()
                except OSError:
                    continue
                parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo += parents.get(pid, [])
        return found

    def _memory(self, field):
        kib = 0
        for pid in self.pids():
            try:
                for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                    if line.startswith(field):
                        kib += int(line.split()[1])
            except OSError:
                continue
        return kib / 1024

    def peak_mib(self):
        """The most memory it has held so far, all processes together, MiB; once it is stopped, what it was then."""
        return self._memory("VmHWM:") if self.process.poll() is None else self._last_peak

    def resident_mib(self):
        """The memory it holds now, MiB."""
        return self._memory("VmRSS:")

    def anonymous_mib(self):
        """The memory it holds now that no file stands behind, MiB."""
        return self._memory("RssAnon:")

    def cpu_seconds(self):
        """The processor time it has used so far, all processes together."""
        ticks = 0
        for pid in self.pids():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS

    def forget_log(self):
        """Its log is written as in production, but not kept."""
        os.truncate(self.log, 0)

    def stop(self):
        if self.process.poll() is None:
            self._last_peak = self.peak_mib()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                for pid in self.pids():
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except OSError:
                        pass
                self.process.wait(5)


class Servers:
    """All servers of a run. Leaving the block, however it is left, stops them all."""

    def __init__(self, folder):
        self.folder, self.running = Path(folder), []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not leave any of them behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for server in reversed(self.running):
            server.stop()

    def start(self, name, port, command, ready="/", env=None, cwd=None, patience=240, is_http=True):
        """Starts a server; gives it once it answers a GET of `ready`, whatever the status; one that does not speak HTTP, once
        it accepts connections."""
        log = self.folder / f"{name}-{port}.log"
        started = time.monotonic()
        with open(log, "ab") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                # Its own group: a Ctrl-C reaches the bench alone, which then stops what it started, in order.
                start_new_session=True,
            )
        server = Server(name, port, process, log, 0.0)
        self.running.append(server)
        while time.monotonic() < started + patience:
            if process.poll() is not None:
                break
            if answers(port, ready) if is_http else accepts(port):
                server.took = time.monotonic() - started
                return server
            time.sleep(0.005)
        said = log.read_text(errors="replace")
        raise RuntimeError(f"{name} did not come up:\n{said[:1000]}")

    def stop(self, server):
        server.stop()
        self.running.remove(server)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        return True
    except OSError:
        return False


def answers(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
        return True
    except OSError:
        return False
    except http.client.HTTPException:
        return False
    finally:
        connection.close()
