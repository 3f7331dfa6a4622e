# tests/integration/test_mid_case.py - what happens to a case while a chair is cut off, two chairs act at once, or a key is
# revoked: on the real bridge, with its record.
import json
import os
import signal
import subprocess
import threading
import time
import unittest

from bridge import BRIDGE
from session_record import journal, read_chain, wall_seconds, wait_for_bags
from test_reception import PATIENCE_S, ROOM, Room, of

CASES = [{"ticket": f"A{i:03}", "site": f"site-{i % 3 + 1}"} for i in range(12)]


def key_cli(room, *arguments):
    done = subprocess.run([BRIDGE, "--config", room.bridge.config, "key", *arguments], capture_output=True, text=True,
                          check=True, timeout=60)
    return json.loads(done.stdout)


def revoke(room, key):
    subprocess.run([BRIDGE, "--config", room.bridge.config, "key", "revoke", key], capture_output=True, check=True, timeout=60)


def key_id(room, site):
    """Of the key that was made for a site at the first start."""
    rows = key_cli(room, "list", "--json")
    return next(row["id"] for row in rows if row.get("site") == site and not row.get("ended"))


class MidCase(unittest.TestCase):
    def order(self, room, key=None, **order):
        status, value, _ = room.bridge.request("POST", ROOM + "/cases", order, key or room.bridge.key("hub"))
        self.assertEqual(status, 200, value)
        return value

    def begin(self, room, *loads):
        """A session with its list, all loads in, and the first case."""
        for sites in loads:
            room.load(*sites)
        room.done("PUT", "/session", {"open": True})
        room.done("PUT", "/cases", {"cases": CASES})
        room.wait_for("all are in", lambda state: all(of(state, site)["presence"] == "admitted" for sites in loads for site in sites))
        return self.order(room, action="next")["case"]

    def media(self, room, site):
        peers = room.bridge.request("GET", ROOM + "/stats", key=room.bridge.key("hub"))[1]["peers"]
        return [peer["media"] for peer in peers if peer["site"] == site]

    def wait_for_key(self, room, key, opens):
        deadline = time.monotonic() + PATIENCE_S
        status = None
        # Whoever tries a key that opens nothing too often is told to wait (429): that is a refusal, too.
        while status not in ((200,) if opens else (401, 429)):
            self.assertLess(time.monotonic(), deadline, f"the key is answered with {status}")
            status = room.bridge.request("GET", "/v1/login", key=key)[0]
            time.sleep(0.2)

    # The same case, and its time is all that went by.
    def assert_goes_on(self, state, case, paused_s=0.0):
        now = state["case"]
        self.assertEqual({**now, "heardSeconds": 0, "asOf": None}, {**case, "heardSeconds": 0, "asOf": None})
        heard = wall_seconds(now["asOf"]) - wall_seconds(now["since"]) - paused_s
        self.assertAlmostEqual(now["heardSeconds"], heard, delta=1.5)

    def record(self, room):
        """Closes the session. Its journal, unbroken, and its report."""
        room.done("PUT", "/session", {"open": False})
        [(path, _)] = wait_for_bags(os.path.join(room.bridge.dir, "recordings"), 1)
        read_chain(os.path.join(path, "data/journal.jsonl"))
        report = room.bridge.request("GET", ROOM + "/report", key=room.bridge.key("hub"), headers={"Accept": "application/json"})[1]
        return journal(path), report

    def cuts(self, events):
        return [(event["event"], event["ticket"]) for event in events if event["event"] in ("case.start", "case.end")]

    def test_a_chair_that_is_cut_off_comes_back_into_its_seat_and_case(self):
        with Room() as room:
            case = self.begin(room, ("site-1", "site-2"))
            chair = room.load("hub")
            room.wait_for_presence(hub="admitted")
            queue = key_cli(room, "add", "--json", "--role", "queue", "--room", "tiep-dan")["key"]
            self.wait_for_key(room, queue, True)
            [media] = self.media(room, "hub")
            # Its line is cut: nothing comes from it and it says no farewell.
            chair.process.send_signal(signal.SIGSTOP)
            state = room.wait_for_presence(hub="unstable", site_1="admitted", site_2="admitted")
            self.assert_goes_on(state, case)
            room.done("PATCH", "/sites/site-2", {"hand": True}, "site-2")
            status, _, _ = room.bridge.request("PUT", ROOM + "/cases/Q1", {"site": "site-2", "version": 1}, queue)
            self.assertEqual(status, 200)
            chair.process.send_signal(signal.SIGCONT)
            state = room.wait_for_presence(hub="admitted")
            self.assertEqual(self.media(room, "hub"), [media])
            self.assert_goes_on(state, case)
            # It pauses, and its page dies.
            self.order(room, action="pause")
            chair.process.kill()
            paused_at = room.state()["case"]
            back = room.load("hub")
            room.wait_for("another connection", lambda state: self.media(room, "hub") not in ([media], [])
                          and of(state, "hub")["presence"] == "admitted")
            state = room.state()
            self.assertEqual(state["case"], {**paused_at, "asOf": state["case"]["asOf"]})
            self.assertEqual([hand["site"] for hand in state["hands"]], ["site-2"])
            self.order(room, action="resume")
            resumed = self.order(room, action="resume")["case"]  # twice: nothing changes
            paused_s = wall_seconds(resumed["asOf"]) - wall_seconds(case["since"]) - paused_at["heardSeconds"]
            self.assert_goes_on(room.state(), case, paused_s)
            self.order(room, action="close", outcome="Giao Sở")
            self.assertIsNone(back.process.poll())
            events, report = self.record(room)
            self.assertEqual(self.cuts(events), [("case.start", "A000"), ("case.end", "A000")])
            self.assertEqual([event["site"] for event in events if event["event"] == "hand.raised"], ["site-2"])
            acts = [event["action"] for event in events if event["event"] == "act"]
            self.assertEqual([act for act in acts if act.startswith("case.")],
                             ["case.list", "case.next", "case.put", "case.pause", "case.resume", "case.resume", "case.close"])
            heard = {item["ticket"]: item for item in report["cases"]}
            self.assertEqual((heard["A000"]["state"], heard["A000"]["outcome"], heard["Q1"]["state"]), ("done", "Giao Sở", "waiting"))
            self.assertEqual(len(heard), len(CASES) + 1)
            attendance = {entry["site"]: entry for entry in report["attendance"]}
            self.assertEqual(len(attendance["site-1"]["present"]), 1)
            self.assertGreaterEqual(len(attendance["hub"]["present"]), 1)
            self.assertGreaterEqual(attendance["hub"]["seconds"], 1)

    def test_two_chairs_at_once_hear_each_case_once(self):
        with Room() as room:
            other = key_cli(room, "add", "--json", "--role", "chair", "--room", "tiep-dan")["key"]
            self.wait_for_key(room, other, True)
            first = self.begin(room)
            self.assertEqual(first["ticket"], "A000")
            together = threading.Barrier(2)
            answers = {"first": [], "second": []}

            def lead(name, key):
                for case in CASES[1:]:
                    together.wait(60)
                    answers[name].append(self.order(room, key, action="next", ticket=case["ticket"], outcome=name)["case"]["ticket"])

            chairs = [threading.Thread(target=lead, args=("first", room.bridge.key("hub"))),
                      threading.Thread(target=lead, args=("second", other))]
            for chair in chairs:
                chair.start()
            for chair in chairs:
                chair.join()
            tickets = [case["ticket"] for case in CASES]
            self.assertEqual(answers, {"first": tickets[1:], "second": tickets[1:]})
            events, report = self.record(room)
            self.assertEqual(self.cuts(events), [(event, ticket) for ticket in tickets for event in ("case.start", "case.end")])
            acts = [event for event in events if event["event"] == "act" and event["action"] == "case.next"]
            self.assertEqual(len(acts), 1 + 2 * (len(CASES) - 1))
            self.assertEqual(len({act["key"] for act in acts}), 2)
            self.assertEqual([case["number"] for case in report["cases"]], list(range(1, len(CASES) + 1)))
            self.assertTrue(all(case["outcome"] in ("first", "second") for case in report["cases"][:-1]))

    def test_a_key_that_is_revoked_in_mid_case_takes_nothing_with_it(self):
        with Room() as room:
            case = self.begin(room, ("hub", "site-1", "site-2"))
            room.done("PUT", "/session", {"locked": True})
            old = room.bridge.key("site-1")
            revoke(room, key_id(room, "site-1"))
            state = room.wait_for_presence(hub="admitted", site_1="absent", site_2="admitted")
            self.assert_goes_on(state, case)
            self.assertEqual(room.bridge.request("GET", ROOM, key=old)[0], 401)
            new = key_cli(room, "add", "--json", "--role", "site", "--site", "site-1")["key"]
            self.wait_for_key(room, new, True)
            room.bridge.keys = [{**entry, "key": new} if entry["site"] == "site-1" else entry for entry in room.bridge.keys]
            room.load("site-1")
            state = room.wait_for_presence(site_1="admitted")  # locked, and it gets its seat
            self.assert_goes_on(state, case)
            # The chair's own goes: another chair ends the case.
            other = key_cli(room, "add", "--json", "--role", "chair", "--room", "tiep-dan")["key"]
            self.wait_for_key(room, other, True)
            revoked = room.bridge.key("hub")
            revoke(room, key_id(room, "hub"))
            self.wait_for_key(room, revoked, False)
            room.bridge.keys = [{**entry, "key": other} if entry["role"] == "chair" else entry for entry in room.bridge.keys]
            state = room.wait_for_presence(hub="absent", site_1="admitted", site_2="admitted")
            self.assert_goes_on(state, case)
            self.order(room, action="close", outcome="Trả lời sau")
            events, report = self.record(room)
            self.assertEqual(self.cuts(events), [("case.start", "A000"), ("case.end", "A000")])
            moves = [(event["event"], event["site"]) for event in events if event["event"] in ("site.joined", "site.left")]
            self.assertEqual([move for move in moves if move[1] == "site-1"],
                             [("site.joined", "site-1"), ("site.left", "site-1"), ("site.joined", "site-1")])
            self.assertIn(("site.left", "hub"), moves)
            self.assertEqual(report["cases"][0]["outcome"], "Trả lời sau")
            present = {entry["site"]: len(entry["present"]) for entry in report["attendance"]}
            self.assertEqual(present, {"hub": 1, "site-1": 2, "site-2": 1, "site-3": 0})


if __name__ == "__main__":
    unittest.main()
