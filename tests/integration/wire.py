# tests/integration/wire.py - diemcau-wire-meter around a bridge: what is on the wire in every window of 100 ms.
import json
import os
import subprocess

from bridge import SOURCE

METER = os.environ.get("DIEMCAU_WIRE_METER", os.path.join(SOURCE, "build/tests/lib/diemcau-wire-meter"))
# Outside the ports that Linux gives to clients: a client's port must not look like the bridge's.
PORTS = {"portMin": 20000, "portMax": 20999}


def lacks_root():
    """Why the meter cannot run; None if it can."""
    return None if os.geteuid() == 0 else "a packet socket needs root"


class WireMeter:
    """Measures the ports of PORTS on loopback; a context manager. Each cap() begins a phase."""

    def __init__(self, cap_mbps):
        self.cap_mbps = cap_mbps

    def __enter__(self):
        self.process = subprocess.Popen(
            [METER, "--port-min", str(PORTS["portMin"]), "--port-max", str(PORTS["portMax"]),
             "--cap-kbps", str(self.cap_mbps * 1000)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        assert line.startswith("measuring"), line
        return self

    def cap(self, mbps):
        self.process.stdin.write(f"cap {mbps * 1000}\n")
        self.process.stdin.flush()

    def phases(self):
        """Ends the measurement. Returns: its phases."""
        self.process.terminate()
        figures = json.loads(self.process.communicate(timeout=10)[0])
        assert figures["missedByTheMeter"] == 0, figures
        assert figures["bothPortsInRange"] == 0, figures
        return figures["phases"]

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
