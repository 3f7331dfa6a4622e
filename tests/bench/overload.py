# tests/bench/overload.py - a machine that cannot keep up: fewer pictures, then smaller ones, and back; no less sound.
#
# The bridge is held on one core, and busy loops join it there, one after the other, until the largest picture has to be given
# up; then they end. How many it takes is the machine's affair: states and their order are judged, no times.
import os
import re
import signal
import subprocess
import sys
import time
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("DIEMCAU_BIN", os.path.join(TOP, "build/mcu/diemcau"))
os.environ.setdefault("DIEMCAU_LOAD", os.path.join(TOP, "build/tests/load/diemcau-load"))
sys.path.insert(0, os.path.join(TOP, "tests/integration"))
from bridge import SANITIZED, Bridge  # noqa: E402

ANOTHER_LOOP_S, LOOPS_MAX = 5, 24
BACK_S = 240                     # two rises that fail, 10, 20 and 40 s apart, and four that do not
VIDEO, FULL, LESS = {"width": 1280, "height": 720, "bitrateKbps": 2000}, 720, 480
SITES = 5
# "cpu: 15 frames a second, all sizes: the encoder missed 40 %"
STEP = re.compile(r"cpu: ([\d.]+) frames a second, (all sizes|largest size closed|(\d) largest sizes closed)")


def hold(pid, cores):
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            os.sched_setaffinity(int(thread), cores)
        except ProcessLookupError:
            pass


class Loops:
    """Busy processes on one core."""

    def __init__(self, core):
        self.core, self.processes = core, []

    def add(self):
        self.processes.append(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
        os.sched_setaffinity(self.processes[-1].pid, {self.core})

    def end(self):
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes = []


@unittest.skipIf(SANITIZED, "an instrumented bridge is overloaded from the start")
@unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "the load tool needs a core of its own")
class Overload(unittest.TestCase):
    def cpu(self, bridge):
        return bridge.request("GET", "/v1/line", key=bridge.key("hub"))[1]["cpu"]

    def stats(self, bridge):
        return bridge.request("GET", "/v1/rooms/tiep-dan/stats", key=bridge.key("hub"))[1]

    def wait(self, bridge, condition, seconds, each_turn=lambda: None):
        deadline = time.monotonic() + seconds
        while not condition(self.cpu(bridge)):
            self.assertLess(time.monotonic(), deadline, self.cpu(bridge))
            each_turn()
            time.sleep(0.2)

    def overload(self, bridge, loops):
        """Until the largest picture is given up."""
        last = [time.monotonic() - ANOTHER_LOOP_S]

        def one_more():
            if time.monotonic() - last[0] >= ANOTHER_LOOP_S and len(loops.processes) < LOOPS_MAX:
                loops.add()
                last[0] = time.monotonic()
        self.wait(bridge, lambda cpu: cpu["tiersClosed"] >= 1, ANOTHER_LOOP_S * (LOOPS_MAX + 4), one_more)
        print(f"{len(loops.processes)} busy loops: {self.cpu(bridge)['text']}", flush=True)

    def check_stats_of_overload(self, bridge):
        """What is sent now, and why not more; and that nothing larger is encoded, once it has lingered."""
        deadline = time.monotonic() + 30
        while True:
            stats = self.stats(bridge)
            lines = [(peer["line"]["reason"], peer["line"]["height"]) for peer in stats["peers"]]
            active = [program["height"] for program in stats["programs"]["video"] if program["active"]]
            if max(active) <= LESS and all(reason == "cpu" and height <= LESS for reason, height in lines):
                break
            self.assertLess(time.monotonic(), deadline, (lines, active))
            time.sleep(0.2)
        self.assertEqual(len(lines), SITES)

    def check_log(self, log):
        """The frame rate goes first; no step leaves out what the governor's table has; and all comes back."""
        steps = []
        for fps, sizes, n in STEP.findall(log):
            closed = 0 if sizes == "all sizes" else int(n or 1)
            steps.append((closed, float(fps)))
        print("steps:", steps)
        self.assertEqual(steps[0][0], 0, "a size was given up before the frame rate")
        self.assertLess(steps[0][1], 30)
        self.assertEqual(steps[-1], (0, 30.0))
        lowest = max(range(len(steps)), key=lambda i: (steps[i][0], -steps[i][1]))
        closed = [step[0] for step in steps[:lowest + 1]]
        self.assertEqual(closed, sorted(closed), "on the way down a size came back")
        # two steps of the table at a time are the most on the way down, one on the way up
        table = [(0, 30.0)] + [(n, fps) for n in range(4) for fps in (15.0, 10.0)]
        places = [0] + [table.index(step) for step in steps]
        for before, after in zip(places, places[1:]):
            self.assertIn(after - before, (-1, 1, 2), steps)

    def check_sound(self, figures):
        for site in figures["sites"]:
            with self.subTest(site=site["site"]):
                self.assertEqual(site["joins"], 1)
                self.assertEqual(site["heard"]["gaps"], 0, site["heard"])
        self.assertEqual(figures["audio_silences"], 0)

    def check_pictures(self, figures):
        for site in figures["sites"]:
            heights = [tier["height"] for tier in site["tiers"]]
            with self.subTest(site=site["site"], heights=heights):
                self.assertEqual((heights[0], heights[-1]), (FULL, FULL))
                self.assertLessEqual(min(heights), LESS)
        self.assertEqual(figures["tiles_alive"], SITES)

    def test_pictures_go_down_in_steps_and_come_back_and_sound_has_no_gap(self):
        core, *others = sorted(os.sched_getaffinity(0))
        loops = Loops(core)
        with Bridge(sites=SITES, video=VIDEO) as bridge:
            load = bridge.start_load(sites=SITES, seconds=LOOPS_MAX * ANOTHER_LOOP_S + BACK_S + 200)
            try:
                hold(load.process.pid, set(others))
                load.wait_for_window()
                self.wait(bridge, lambda cpu: cpu["step"] == 0, 120)
                before = len(bridge.read_log())
                hold(bridge.process.pid, {core})
                self.overload(bridge, loops)
                self.check_stats_of_overload(bridge)
            finally:
                loops.end()
                hold(bridge.process.pid, {core, *others})
            self.wait(bridge, lambda cpu: cpu["step"] == 0, BACK_S)
            self.assertEqual(self.cpu(bridge)["tiersClosed"], 0)
            deadline = time.monotonic() + 30
            while any(peer["line"]["height"] != FULL for peer in self.stats(bridge)["peers"]):
                self.assertLess(time.monotonic(), deadline, [peer["line"] for peer in self.stats(bridge)["peers"]])
                time.sleep(0.2)
            load.process.send_signal(signal.SIGINT)
            figures = load.result(60)
            log = bridge.read_log()[before:]
        self.check_log(log)
        self.check_sound(figures)
        self.check_pictures(figures)


if __name__ == "__main__":
    unittest.main()
