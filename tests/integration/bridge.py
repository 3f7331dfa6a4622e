# tests/integration/bridge.py - starts the real bridge on free ports for one test, and talks to it.
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

BRIDGE = os.environ["DIEMCAU_BIN"]
LOAD = os.environ["DIEMCAU_LOAD"]
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SANITIZED = os.environ.get("DIEMCAU_SANITIZED", "none") != "none"

# For tests that judge frames and gaps: two slow cores carry nine sites of it, and the load tool besides. What
# the machine makes of the full 1080p30 is measured by tests/bench/measure.py.
MODEST = {} if SANITIZED else {"width": 1280, "height": 720, "fps": 30, "bitrateKbps": 2200}

# What a sanitizer prints when it has found something.
REPORT = re.compile(r"ERROR: (Address|Leak|Thread)Sanitizer|WARNING: ThreadSanitizer|runtime error:")


def free_port():
    """None of those that the kernel gives to connections: a bridge that is started again finds it free still."""
    for port in random.sample(range(20000, 32000), 100):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no free port among a hundred")


class Bridge:
    """A running bridge with a state directory of its own; a context manager. Leaving it asks
    the bridge to end and fails if it does not end cleanly, or a sanitizer spoke."""

    def __init__(self, sites=None, hub_via="lan", **overrides):
        self.loads = []
        self.dir = tempfile.mkdtemp(prefix="diemcau-test-")
        self.http_port, self.https_port, self.management_port = free_port(), free_port(), free_port()
        with open(os.path.join(SOURCE, "config/diemcau.json")) as f:
            config = json.load(f)
        config["server"] = {
            "http": {"address": "127.0.0.1", "port": self.http_port},
            "https": {"address": "127.0.0.1", "port": self.https_port},
            "management": {"address": "127.0.0.1", "port": self.management_port},
            "stateDir": os.path.join(self.dir, "state"),
        }
        config["recording"] = {"dir": os.path.join(self.dir, "recordings")}
        if sites is not None:
            config["rooms"] = [{"id": "tiep-dan", "name": "Phòng thử", "sites": [
                {"id": "hub", "name": "Trụ sở", "hub": True, "via": hub_via}] + [
                {"id": f"site-{i}", "name": f"Điểm cầu {i}", "via": "line"} for i in range(1, sites)]}]
        if SANITIZED:  # instrumented code is several times slower: the same paths, fewer pixels
            config["video"] = {"width": 1280, "height": 720, "fps": 10, "bitrateKbps": 2000}
        for key, value in overrides.items():
            config.setdefault(key, {}).update(value)
        self.config = os.path.join(self.dir, "diemcau.json")
        with open(self.config, "w") as f:
            json.dump(config, f, ensure_ascii=False, indent=2)
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.keys_file = os.path.join(self.dir, "state/keys.json")

    def __enter__(self):
        self.log_path = os.path.join(self.dir, "bridge.log")
        self.log = open(self.log_path, "w")
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen([BRIDGE, "--config", self.config], stdout=self.log,
                                        stderr=self.log)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if self.request("GET", "/v1/openapi.json")[0] == 200:
                    break
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the bridge did not start: " + self.read_log())
        if self.process.poll() is not None:
            raise AssertionError("the bridge ended at once: " + self.read_log())
        with open(self.keys_file) as f:
            self.keys = json.load(f)

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # at once, session or not
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("the bridge did not end when asked: " + self.read_log())

    def __exit__(self, kind, value, trace):
        for load in self.loads:
            if load.process.poll() is None:
                load.process.kill()
        status = self.stop() if self.process.poll() is None else self.process.returncode
        self.log.close()
        log = self.read_log()
        if kind is not None:
            print("--- the bridge's log ---\n" + log[-6000:])
        shutil.rmtree(self.dir, ignore_errors=True)
        if kind is None:
            assert not REPORT.search(log), "a sanitizer spoke:\n" + log[-8000:]
            assert status == 0, f"the bridge ended with {status}:\n" + log[-4000:]

    def read_log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def key(self, site="", role=None):
        for entry in self.keys:
            if entry["site"] == site and (role is None or entry["role"] == role):
                return entry["key"]
        raise KeyError((site, role))

    def request(self, method, path, body=None, key=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=10)
        headers = dict(headers or {})
        if key is not None:
            headers["Authorization"] = "Bearer " + key
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        data = response.read()
        kind = response.headers.get("Content-Type", "")
        value = json.loads(data) if "json" in kind and data else data
        result = response.status, value, response.headers
        connection.close()
        return result

    def manage(self, path):
        """(status, JSON) of a page of the management address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.management_port, timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()
        result = response.status, json.loads(response.read())
        connection.close()
        return result

    def load(self, *arguments, seconds=10, sites=9, timeout=None):
        """Runs diemcau-load to its end and returns its figures."""
        return self.start_load(*arguments, seconds=seconds, sites=sites).result(timeout or (seconds * 3 + 90) * (2 if SANITIZED else 1))

    def start_load(self, *arguments, seconds=10, sites=9):
        self.loads.append(LoadRun(
            [LOAD, "--url", self.url, "--room", "tiep-dan", "--keys", self.keys_file, "--json",
             # The tool encodes a camera's clip when its size is asked for: the window begins
             # when the cameras run, or it would measure slates.
             "--settle-ms", "10000" if not SANITIZED else "5000",
             "--sites", str(sites), *(["--fps", "10"] if SANITIZED else []), "--seconds", str(seconds), "--pid", str(self.process.pid),
             *map(str, arguments)]))
        return self.loads[-1]


class LoadRun:
    """A diemcau-load at work."""

    def __init__(self, command):
        # The races looked for are the bridge's; the tool's thread pool is inside GLib,
        # where ThreadSanitizer does not see who waits for whom.
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "TSAN_OPTIONS": "report_bugs=0"})
        self.errors, self.output = [], []
        self.begun = threading.Event()
        self.readers = [threading.Thread(target=self.read_errors, daemon=True),
                        threading.Thread(target=lambda: self.output.append(self.process.stdout.read()), daemon=True)]
        for reader in self.readers:
            reader.start()

    def read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line)
            if line.startswith("measuring"):
                self.begun.set()
        self.begun.set()

    def wait_for_window(self, timeout=90):
        """Until all have joined, have settled, and the measuring window begins."""
        assert self.begun.wait(timeout), "the window never began: " + "".join(self.errors)[-3000:]
        assert self.process.poll() is None, "the load tool ended: " + "".join(self.errors)[-3000:]

    def wait_for(self, word, timeout):
        """Until it says @word, which is a line of its own."""
        deadline = time.monotonic() + timeout
        while word + "\n" not in self.errors:
            assert self.process.poll() is None and time.monotonic() < deadline, f"no '{word}': " + "".join(self.errors)[-3000:]
            time.sleep(0.02)

    def result(self, timeout):
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("the load tool did not end: " + "".join(self.errors)[-3000:])
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        errors, output = "".join(self.errors), "".join(self.output)
        assert not REPORT.search(errors), "a sanitizer spoke:\n" + errors[-8000:]
        assert output.strip(), f"no figures (status {status}): {errors[-3000:]}"
        figures = json.loads(output)
        figures["status"] = status
        print(json.dumps({k: v for k, v in figures.items() if k not in ("sites", "tiles", "faults")}))
        return figures
