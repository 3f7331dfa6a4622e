# tests/integration/recorded_bridge.py - a bridge that records sessions, and what a test asks of it.
import os
import subprocess
import time

from bridge import SANITIZED, Bridge

ROOM = "/v1/rooms/tiep-dan"
SMALL = {"width": 640, "height": 360, "fps": 30 if not SANITIZED else 10, "bitrateKbps": 800}


def new_bridge(sites=3, **recording):
    bridge = Bridge(sites=sites, video=SMALL, recording={"segmentMinutes": 1, **recording})
    bridge.records = os.path.join(bridge.dir, "recordings")
    return bridge


def put_session(bridge, is_open):
    return bridge.request("PUT", ROOM + "/session", {"open": is_open}, bridge.key("hub"))


def state(bridge):
    return bridge.request("GET", ROOM, key=bridge.key("hub"))[1]


def wait_for(bridge, wanted, timeout=30):
    """Until the recording's state is one of @wanted."""
    deadline = time.monotonic() + timeout
    while state(bridge)["recording"]["state"] not in wanted:
        assert time.monotonic() < deadline, state(bridge)["recording"]
        time.sleep(0.05)


def children(pid, name):
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", name], capture_output=True, text=True)
    return [int(line) for line in found.stdout.split()]


def recorder_of(bridge, timeout=10):
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        pids = children(bridge.process.pid, "diemcau-recorder --session-fd")
        if pids:
            return pids[0]
        time.sleep(0.02)
    raise AssertionError("no recorder runs: " + bridge.read_log()[-2000:])
