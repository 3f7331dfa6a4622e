# tests/integration/test_alarms.py - a site that is missing from a session: told to technicians, webhook and log, and acknowledged by name.
import json
import os
import time
import unittest

from bridge import Bridge
from test_api import Events
from test_cases import SECRET, Receiver

ROOM = "/v1/rooms/tiep-dan"
NAME = "Nguyễn Văn An"


class Alarms(unittest.TestCase):
    def open_bridge(self, receiver):
        # What depends on the machine is switched off: its line, its processors, its disk.
        off = {rule: {"enabled": False} for rule in ("loss", "rtt", "cpu", "disk", "recorder", "certificate", "line")}
        bridge = Bridge(sites=3, recording={"enabled": False}, alarms={**off, "absent": {"raiseSeconds": 1, "clearSeconds": 1}})
        with open(bridge.config) as f:
            config = json.load(f)
        config["webhooks"] = [{"url": receiver.url, "secret": SECRET, "events": ["alarm"]}]
        with open(bridge.config, "w") as f:
            json.dump(config, f)
        return bridge

    def call(self, method, path, body=None, key=None, status=200):
        reply = self.bridge.request(method, ROOM + path, body, key)
        self.assertEqual(reply[0], status, reply[1])
        return reply[1]

    def acknowledge(self, alarm, status):
        return self.call("POST", f"/alarms/{alarm}/acknowledge", {"by": NAME}, self.technician, status)

    def changes(self, n):
        """The next @n changes that the technicians' stream tells of."""
        events = [self.events.next("alarm") for _ in range(n)]
        return {(event["change"], event["alarm"]["site"]): event["alarm"] for event in events}

    def test_who_is_missing_is_told_of_and_taken_note_of(self):
        receiver = Receiver()
        with self.open_bridge(receiver) as self.bridge:
            self.technician, hub = self.bridge.key("", "technician"), self.bridge.key("hub")
            self.events = Events(self.bridge, self.technician)
            self.assertEqual(self.events.next("figures")["alarms"], [])
            self.call("PUT", "/session", {"open": True}, hub)
            raised = self.changes(3)
            self.assertEqual(set(raised), {("raised", site) for site in ("hub", "site-1", "site-2")})
            alarm = raised["raised", "site-1"]
            self.assertEqual((alarm["rule"], alarm["acknowledgedBy"], alarm["clearedAt"]), ("absent", None, None))

            figures = self.events.next("figures")
            self.assertEqual({one["id"] for one in figures["alarms"]}, {one["id"] for one in raised.values()})
            for site in figures["sites"]:
                self.assertEqual(site["verdict"], "absent")
            self.wait_for_cause("absent")

            self.acknowledge(alarm["id"], 204)
            self.assertEqual(self.changes(1)["acknowledged", "site-1"]["acknowledgedBy"], NAME)
            self.acknowledge(alarm["id"], 409)
            self.acknowledge("a999", 404)
            self.call("POST", f"/alarms/{alarm['id']}/acknowledge", {"by": NAME}, hub, 403)

            self.call("PUT", "/session", {"open": False}, hub)
            cleared = self.changes(3)
            self.assertEqual(cleared["cleared", "site-1"]["acknowledgedBy"], NAME)
            self.assertIsNotNone(cleared["cleared", "site-1"]["clearedAt"])
            self.events.close()

            told = receiver.wait(7)
            self.assertEqual(sorted(event["event"] for event in told), ["alarm.acknowledged"] + ["alarm.cleared"] * 3 + ["alarm.raised"] * 3)
            self.assertEqual({event["room"] for event in told}, {"tiep-dan"})
            self.assertTrue(all(event["session"] for event in told if event["event"] == "alarm.raised"))
            self.assertEqual(self.audited(), [("alarm.acknowledge", "site-1", f"{alarm['id']} absent: {NAME}")])
            log = self.bridge.read_log()
            self.assertIn(f"alarm {alarm['id']} raised: site-1: absent", log)
            self.assertIn(f"alarm {alarm['id']} acknowledged: site-1", log)
            marks = self.call("GET", "/figures/marks", key=self.technician)["marks"]
            self.assertEqual(sum(mark["kind"] == "alarm" for mark in marks), 6)

    def wait_for_cause(self, cause):
        deadline = time.monotonic() + 30
        while True:
            sites = self.events.next("figures")["sites"]
            if all([one["cause"] for one in site["causes"]] == [cause] for site in sites):
                return
            self.assertLess(time.monotonic(), deadline, sites)

    def audited(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with open(os.path.join(self.bridge.dir, "state/audit.jsonl")) as f:
                lines = [json.loads(line) for line in f]
            found = [(line["event"], line["site"], line["object"]) for line in lines if line["event"] == "alarm.acknowledge"]
            if found:
                return found
            time.sleep(0.1)
        return []


if __name__ == "__main__":
    unittest.main()
