# tests/integration/test_operations.py - the bridge as those who run its machine meet it: health, watchdog, drain, reload, log.
#
# One run with nine sites carries most of it: a session is open, and reloads, another log level and the drain happen
# inside the window in which the load tool counts freezes.
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from bridge import BRIDGE, MODEST, SOURCE, Bridge
from session_record import verify, wait_for_bags

ROOM = "/v1/rooms/tiep-dan"
CITIZEN = "Nguyễn Thị Bí Mật"
SMALL = {"width": 640, "height": 360, "fps": 30, "bitrateKbps": 800}


class Manager:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="diemcau-notify-")
        self.path = os.path.join(self.dir, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.said = []  # (time, line)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            now_and = self.socket.recv(4096).decode()
            self.said += [(time.monotonic(), line) for line in now_and.splitlines()]

    def lines(self):
        return [line for _, line in self.said]

    def fed(self, since, until):
        return sum(line == "WATCHDOG=1" and since <= at < until for at, line in self.said)


def start(bridge, **environment):
    """@bridge in an environment that its test does not keep."""
    os.environ.update(environment)
    try:
        bridge.__enter__()
    finally:
        for name in environment:
            del os.environ[name]
    return bridge


def change_config(bridge, change):
    with open(bridge.config) as f:
        config = json.load(f)
    change(config)
    with open(bridge.config, "w") as f:
        json.dump(config, f, ensure_ascii=False)


class Operations(unittest.TestCase):
    def wait_for(self, what, condition, timeout=20):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        self.fail(f"never came true: {what}")

    def reload(self, bridge):
        """Sends SIGHUP; gives what /readyz says of it."""
        before = bridge.manage("/readyz")[1]["reload"]
        bridge.process.send_signal(signal.SIGHUP)
        return self.wait_for("the reload", lambda: (now := bridge.manage("/readyz")[1]["reload"]) != before and now)

    def log(self, bridge):
        """Each line of the bridge's log: none that is no JSON."""
        return [json.loads(line) for line in bridge.read_log().splitlines()]

    # --- a tick that hangs ---

    def test_a_stuck_tick_is_noticed_by_healthz_and_the_watchdog(self):
        manager = Manager()
        stuck = os.path.join(manager.dir, "stuck")
        bridge = start(Bridge(sites=2, video=SMALL), LD_PRELOAD=os.environ["DIEMCAU_TICK_STUCK"], TICK_STUCK_FILE=stuck,
                       TICK_STUCK_THREAD="video-tick", NOTIFY_SOCKET=manager.path, WATCHDOG_USEC="1000000")
        try:
            self.wait_for("READY=1", lambda: "READY=1" in manager.lines())
            self.wait_for("feeding", lambda: manager.fed(0, time.monotonic()) >= 3)
            self.wait_for("a status", lambda: any(line.startswith("STATUS=") for line in manager.lines()))
            self.wait_for("health", lambda: bridge.manage("/healthz")[0] == 200)
            open(stuck, "w").close()
            self.wait_for("the hang", lambda: os.path.exists(stuck + ".held"))
            health = self.wait_for("503", lambda: (answer := bridge.manage("/healthz"))[0] == 503 and answer[1])
            reasons = {reason["thread"]: reason for reason in health["reasons"]}
            self.assertEqual(reasons["video-tick"]["code"], "thread-stuck")
            self.assertGreater(reasons["video-tick"]["ageMs"], 1000)
            # Said as soon as it is true: no look of the poll above came much later. The machine's own delays are
            # in it, hence the generous bound.
            self.assertLess(reasons["video-tick"]["ageMs"], 2500)
            begun = time.monotonic()
            time.sleep(1.5)  # six feeds
            self.assertEqual(manager.fed(begun, time.monotonic()), 0)
            self.assertEqual(bridge.manage("/healthz")[0], 503)
            os.unlink(stuck)
            self.wait_for("health again", lambda: bridge.manage("/healthz")[0] == 200)
            self.wait_for("feeding again", lambda: manager.fed(begun + 1.5, time.monotonic()) >= 2)
            texts = [line["message"] for line in self.log(bridge)]
            self.assertEqual(sum("thread video-tick has not moved" in text for text in texts), 1)
            self.assertEqual(sum("thread video-tick moves again" in text for text in texts), 1)
        finally:
            if os.path.exists(stuck):
                os.unlink(stuck)
        bridge.__exit__(None, None, None)
        self.assertIn("STOPPING=1", manager.lines())

    # --- nine sites, and everything at once ---

    def test_reload_log_level_and_drain_freeze_nobody(self):
        bridge = Bridge(video=MODEST)
        change_config(bridge, lambda config: config["rooms"].append(
            {"id": "xa", "name": "Phòng xã", "sites": [{"id": "xa-hub", "name": "Xã", "hub": True}]}))
        with bridge:
            hub, technician = bridge.key("hub"), bridge.key("", "technician")
            self.assertEqual(bridge.request("PUT", ROOM + "/session", {"open": True}, hub)[0], 200)
            self.assertEqual(bridge.request("POST", ROOM + "/cases", {
                "action": "start", "ticket": "A012", "site": "tp-tu-son", "title": CITIZEN}, hub)[0], 200)
            load = bridge.start_load(seconds=10)
            load.wait_for_window()
            self.change_the_log_level(bridge, technician)
            self.reload_what_may_change(bridge, hub)
            self.reload_what_may_not(bridge, hub)
            self.drain(bridge, hub)
            figures = load.result(90)
            # In a case the picture is the hub's and its site's.
            self.assertEqual((figures["sites_connected"], figures["tiles_alive"]), (9, 2))
            # A fault of these would stop nine pictures and nine sounds.
            self.assertLessEqual(figures["freezes"], 2)
            self.assertLessEqual(figures["audio_gaps"], 2)
            secrets = self.exchange_secrets(bridge, hub)
            self.assertEqual(bridge.request("PUT", ROOM + "/session", {"open": False}, hub)[0], 200)
            self.assertEqual(bridge.process.wait(30), 0)  # by itself, when its record is packed
            (path, session), = wait_for_bags(os.path.join(bridge.dir, "recordings"), 1)
            verify(BRIDGE, path)
            self.read_the_log(bridge, session["id"], secrets)

    def change_the_log_level(self, bridge, technician):
        self.assertEqual(bridge.request("POST", "/v1/log-level", {"level": "loud"}, technician)[0], 422)
        status, answer, _ = bridge.request("POST", "/v1/log-level", {"level": "debug"}, technician)
        self.assertEqual((status, answer), (200, {"level": "debug"}))

    def reload_what_may_change(self, bridge, hub):
        def change(config):
            config["log"] = {"level": "debug"}
            config["line"] = {"mbps": 60}
            config["admission"] = {"mode": "open", "beforeSession": "waiting"}
            config["recording"]["segmentMinutes"] = 5
            config["webhooks"] = [{"url": "http://127.0.0.1:9/", "secret": "s" * 32, "events": ["case"]}]
        change_config(bridge, change)
        result = self.reload(bridge)
        self.assertTrue(result["taken"], result)
        self.assertEqual(set(result["text"].split(", ")), {"log.level", "line.mbps", "admission.beforeSession",
                                                           "recording.segmentMinutes", "webhooks"})
        self.assertEqual(bridge.request("GET", "/v1/line", key=hub)[1]["mbps"], 60)
        stats = bridge.request("GET", ROOM + "/stats", key=hub)[1]
        self.assertEqual([hook["host"] for hook in stats["webhooks"]], ["127.0.0.1"])

    def reload_what_may_not(self, bridge, hub):
        def change(config):
            config["line"] = {"mbps": 70}
            config["video"]["fps"] = 25
            config["rooms"][1]["name"] = "Phòng khác"
        change_config(bridge, change)
        result = self.reload(bridge)
        self.assertEqual((result["taken"], result["text"]), (False, "not while the bridge runs: video.fps, rooms"))
        self.assertEqual(bridge.request("GET", "/v1/line", key=hub)[1]["mbps"], 60)
        change_config(bridge, lambda config: config["video"].update(fps="many"))
        result = self.reload(bridge)
        self.assertFalse(result["taken"])
        self.assertIn("video.fps", result["text"])

    def drain(self, bridge, hub):
        other = bridge.key("xa-hub")
        events = subprocess.Popen([os.environ["DIEMCAU_CTL"], "events", "tiep-dan"], stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "DIEMCAU_URL": bridge.url, "DIEMCAU_KEY": hub})
        events.stdout.readline()  # the state: it is attached
        bridge.process.send_signal(signal.SIGTERM)
        status, ready = self.wait_for("draining", lambda: (answer := bridge.manage("/readyz"))[0] == 503 and answer)
        self.assertTrue(ready["draining"])
        self.assertEqual([reason["code"] for reason in ready["reasons"]], ["draining"])
        for line in events.stdout:
            if '"draining"' in line:
                break
        events.kill()
        events.wait()
        events.stdout.close()
        with open(os.path.join(SOURCE, "tests/signaling/offers/chromium_156_site.sdp")) as f:
            offer = f.read()
        sdp = {"Content-Type": "application/sdp"}
        status, problem, _ = bridge.request("POST", "/v1/rooms/xa/media", offer, other, sdp)
        self.assertEqual((status, problem["type"]), (503, "/problems/unavailable"))
        status, problem, _ = bridge.request("PUT", "/v1/rooms/xa/session", {"open": True}, other)
        self.assertEqual((status, problem["type"]), (503, "/problems/unavailable"))

    def exchange_secrets(self, bridge, hub):
        """Joins while it drains, where the session is open. Gives all that must be in no log."""
        with open(os.path.join(SOURCE, "tests/signaling/offers/chromium_156_site.sdp")) as f:
            offer = f.read()
        status, answer, headers = bridge.request("POST", ROOM + "/media", offer, hub, {"Content-Type": "application/sdp"})
        self.assertEqual(status, 201)
        passwords = re.findall(r"a=ice-pwd:(\S+)", offer + answer.decode())
        self.assertGreaterEqual(len(passwords), 2)
        bridge.request("DELETE", headers["Location"], key=hub)
        return passwords + [entry["key"] for entry in bridge.keys] + [CITIZEN, "s" * 32]

    def read_the_log(self, bridge, session, secrets):
        text = bridge.read_log()
        for secret in secrets:
            self.assertNotIn(secret, text)
        self.assertNotIn("ice-pwd", text)
        lines = self.log(bridge)
        self.assertTrue(any(line["level"] == "debug" for line in lines))
        connected = [line for line in lines if line["message"].endswith("is connected")]
        self.assertEqual(len({line["site"] for line in connected}), 9)
        for line in connected:
            self.assertEqual((line["room"], line["session"], line["thread"]), ("tiep-dan", session, "control"))

    # --- the second SIGTERM ---

    def test_a_second_sigterm_closes_the_record_and_ends(self):
        with Bridge(sites=2, video=SMALL) as bridge:
            hub = bridge.key("hub")
            session = bridge.request("PUT", ROOM + "/session", {"open": True}, hub)[1]["session"]["id"]
            self.wait_for("the record", lambda: bridge.request("GET", ROOM, key=hub)[1]["recording"]["state"] == "recording")
            time.sleep(1)
            bridge.process.send_signal(signal.SIGTERM)
            self.wait_for("draining", lambda: bridge.manage("/readyz")[1]["draining"])
            self.assertIsNone(bridge.process.poll())
            bridge.process.send_signal(signal.SIGTERM)
            self.assertEqual(bridge.process.wait(15), 0)
            # It was packed before the end: nothing is waited for.
            (path, facts), = wait_for_bags(os.path.join(bridge.dir, "recordings"), 1, 1)
            self.assertEqual(facts["id"], session)
            verify(BRIDGE, path)
            self.assertNotIn("not closed in time", bridge.read_log())
            # The session goes on at the next start.
            bridge.start()
            continued = bridge.request("GET", ROOM, key=bridge.key("hub"))[1]["session"]
            self.assertTrue(continued["open"])

    def test_without_a_session_the_first_sigterm_ends_it(self):
        with Bridge(sites=2, video=SMALL) as bridge:
            bridge.process.send_signal(signal.SIGTERM)
            self.assertEqual(bridge.process.wait(15), 0)


if __name__ == "__main__":
    unittest.main()
