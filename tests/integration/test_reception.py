# tests/integration/test_reception.py - the chair's room on the real bridge: who is let in, who is heard, who is called.
import json
import os
import threading
import time
import unittest

from bridge import SANITIZED, Bridge
from session_record import journal, read_chain, wait_for_bags
from test_api import MEDIA, OFFER, SDP, Events

ROOM = "/v1/rooms/tiep-dan"
SMALL = {"width": 640, "height": 360, "fps": 15 if not SANITIZED else 10, "bitrateKbps": 800}
SITES = ("site-1", "site-2", "site-3")
PATIENCE_S = 90


class Room:
    """A bridge with a hub and three sites, and what its chair does."""

    def __init__(self, **overrides):
        self.bridge = Bridge(sites=4, video=SMALL, **overrides)

    def __enter__(self):
        self.bridge.__enter__()
        return self

    def __exit__(self, *why):
        self.bridge.__exit__(*why)

    def call(self, method, path, body, site="hub"):
        return self.bridge.request(method, ROOM + path, body, self.bridge.key(site))[:2]

    def done(self, method, path, body, site="hub"):
        """The room's state after a call that must succeed."""
        status, value = self.call(method, path, body, site)
        assert status == 200, (method, path, body, value)
        return value

    def problem(self, kind, method, path, body, site="hub"):
        status, value = self.call(method, path, body, site)
        assert value.get("type") == "/problems/" + kind, (method, path, body, value)
        return status

    def state(self):
        return self.bridge.request("GET", ROOM, key=self.bridge.key("hub"))[1]

    def wait_for(self, what, is_reached):
        deadline = time.monotonic() + PATIENCE_S
        while not is_reached(state := self.state()):
            assert time.monotonic() < deadline, f"{what}: {json.dumps(state)}"
            time.sleep(0.05)
        return state

    def wait_for_presence(self, **expected):
        expected = {site.replace("_", "-"): presence for site, presence in expected.items()}
        return self.wait_for(expected, lambda state: {s: of(state, s)["presence"] for s in expected} == expected)

    def load(self, *sites, seconds=600):
        """Plays these sites."""
        keys = os.path.join(self.bridge.dir, "keys-" + "-".join(sites) + ".json")
        with open(keys, "w") as f:
            json.dump([entry for entry in self.bridge.keys if entry["site"] in sites], f)
        return self.bridge.start_load("--keys", keys, "--settle-ms", 2000, "--join-interval-ms", 50, "--fps", SMALL["fps"],
                                      seconds=seconds, sites=len(sites))

    def audit(self, *actions):
        """The acts in the log so far, all that were answered included."""
        deadline = time.monotonic() + PATIENCE_S
        while self.bridge.request("GET", ROOM + "/stats", key=self.bridge.key("hub"))[1]["audit"]["pending"] > 0:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        lines = read_chain(os.path.join(self.bridge.dir, "state/audit.jsonl"))
        return [line for line in lines if not actions or line["event"] in actions]


def of(state, site):
    return [s for s in state["sites"] if s["id"] == site][0]


def quality(state, site):
    return tuple(of(state, site)[key] for key in ("receives", "sends", "cause"))


def flags(state, key):
    return {s["id"]: s[key] for s in state["sites"]}


class Admission(unittest.TestCase):
    def test_in_a_lobby_nobody_is_seen_or_heard_before_the_chair_lets_them_in(self):
        with Room(admission={"mode": "lobby", "beforeSession": "waiting"}) as room:
            load = room.load("hub", "site-1", "site-2", "site-3", seconds=6)
            room.wait_for_presence(hub="admitted", site_1="waiting", site_2="waiting", site_3="waiting")
            room.problem("conflict", "POST", "/admit", {"site": "site-1"})
            state = room.done("PUT", "/session", {"open": True})
            self.assertEqual((state["session"]["admission"], state["session"]["locked"]), ("lobby", False))
            self.assertEqual(flags(state, "presence"),
                             {"hub": "admitted", "site-1": "waiting", "site-2": "waiting", "site-3": "waiting"})
            self.assertEqual(room.problem("conflict", "PATCH", "/sites/site-2", {"hand": True}, "site-2"), 409)
            self.assertEqual(room.problem("conflict", "POST", "/floor", {"site": "site-2"}), 409)
            state = room.done("POST", "/admit", {"site": "site-1"})
            self.assertEqual(of(state, "site-1")["presence"], "admitted")
            figures = load.result(120)
            self.assertEqual({t["site"]: t["alive"] for t in figures["tiles"]},
                             {"hub": True, "site-1": True, "site-2": False, "site-3": False})
            # The window is over: all are gone. Locked, the one who was in gets its seat back, and no other.
            room.wait_for_presence(hub="absent", site_1="absent", site_2="expected", site_3="expected")
            self.assertTrue(room.done("PUT", "/session", {"locked": True})["session"]["locked"])
            room.load("hub", "site-1", "site-2", "site-3")
            room.wait_for_presence(hub="admitted", site_1="admitted", site_2="waiting", site_3="waiting")
            self.assertEqual(room.problem("locked", "POST", "/admit", {"site": "site-2"}), 409)
            self.assertEqual(room.problem("locked", "POST", "/admit", {"all": True}), 409)
            room.done("PUT", "/session", {"locked": False})
            state = room.done("POST", "/admit", {"all": True})
            self.assertEqual(set(flags(state, "presence").values()), {"admitted"})
            room.done("PUT", "/session", {"open": False})
            room.wait_for_presence(hub="admitted", site_1="waiting")
            [(path, _)] = wait_for_bags(os.path.join(room.bridge.dir, "recordings"), 1)
            events = journal(path)
            unlocked = [event.get("action") for event in events].index("session.unlock")
            joined = [{event["site"] for event in part if event["event"] == "site.joined"}
                      for part in (events[:unlocked], events[unlocked:])]
            self.assertEqual(joined[0], {"hub", "site-1"})
            self.assertGreaterEqual(joined[1], {"site-2", "site-3"})
            acts = [(event["action"], event.get("site")) for event in events if event["event"] == "act"]
            self.assertEqual(acts, [("session.open", None), ("site.admit", "site-1"), ("session.lock", None),
                                    ("session.unlock", None), ("site.admit-all", None), ("session.close", None)])
            self.assertEqual([(line["event"], line.get("site")) for line in room.audit()], acts)

    def test_who_is_removed_stays_out_until_admitted(self):
        with Room() as room:
            events = Events(room.bridge, room.bridge.key("site-1"))
            room.load("site-1", "site-2")
            room.wait_for_presence(site_1="admitted", site_2="admitted")
            room.done("POST", "/floor", {"site": "site-1"})
            room.done("PATCH", "/sites/site-1", {"hand": True}, "site-1")
            state = room.done("POST", "/remove", {"site": "site-1"})
            self.assertEqual((of(state, "site-1")["presence"], state["floor"], state["hands"]), ("removed", None, []))
            notice = events.next("removed")
            self.assertEqual((notice["site"], notice["reason"]), ("site-1", "chair"))
            events.close()
            room.wait_for("gone", lambda now: of(now, "site-1")["state"] == "absent")
            status, value, _ = room.bridge.request("POST", MEDIA, OFFER, room.bridge.key("site-1"), SDP)
            self.assertEqual((status, value["type"]), (403, "/problems/removed"))
            room.problem("conflict", "PATCH", "/sites/site-1", {"hand": True}, "site-1")
            room.problem("conflict", "POST", "/remove", {"site": "hub"})
            room.problem("unknown-site", "POST", "/remove", {"site": "khac"})
            self.assertEqual(of(room.state(), "site-2")["presence"], "admitted")
            room.done("POST", "/admit", {"site": "site-1"})
            self.assertEqual(room.bridge.request("POST", MEDIA, OFFER, room.bridge.key("site-1"), SDP)[0], 201)

    def test_seat_mute_and_hand_outlive_the_connection_and_the_bridge(self):
        with Room() as room:
            room.done("PUT", "/session", {"open": True})
            load = room.load("site-1", "site-2")
            room.wait_for_presence(site_1="admitted", site_2="admitted")
            room.done("PATCH", "/sites/site-1", {"muted": True, "hand": True}, "site-1")
            room.done("POST", "/floor", {"site": "site-2"})
            room.done("POST", "/remove", {"site": "site-3"})
            room.done("PUT", "/session", {"locked": True})
            since = room.state()["hands"]
            load.process.kill()
            peers = room.bridge.request("GET", ROOM + "/stats", key=room.bridge.key("hub"))[1]["peers"]
            for peer in peers:
                room.bridge.request("DELETE", "/v1/media/" + peer["media"], key=room.bridge.key("hub"))
            self.assertEqual({line["site"] for line in room.audit("site.disconnect")}, {"site-1", "site-2"})
            state = room.wait_for_presence(site_1="absent", site_2="absent", site_3="removed")
            self.assertEqual((of(state, "site-1")["muted"], state["hands"], state["floor"]), (True, since, "site-2"))
            room.load("site-1")
            state = room.wait_for_presence(site_1="admitted")
            self.assertEqual((of(state, "site-1")["muted"], state["hands"]), (True, since))
            stored = os.path.join(room.bridge.dir, "state/sessions.json")
            kept = lambda: json.load(open(stored))["sessions"]["tiep-dan"]["room"]["roster"]
            deadline = time.monotonic() + PATIENCE_S
            while not (kept()["locked"] and kept()["sites"]["site-1"]["wasIn"] and kept()["sites"]["site-3"]["removed"]):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            room.bridge.process.kill()
            room.bridge.process.wait()
            room.bridge.start()
            state = room.wait_for_presence(site_2="absent", site_3="removed")
            self.assertEqual((state["session"]["open"], state["session"]["locked"], state["floor"]), (True, True, "site-2"))
            self.assertEqual((of(state, "site-1")["muted"], state["hands"]), (True, since))
            self.assertFalse(of(state, "site-2")["muted"])
            self.assertIn(of(state, "site-1")["presence"], ("absent", "admitted"))  # its client comes back by itself


class Floor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = Room()
        cls.room.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.room.__exit__(None, None, None)

    def setUp(self):
        for site in SITES:
            self.room.done("PATCH", f"/sites/{site}", {"muted": False, "hand": False}, site)
        self.room.done("POST", "/floor", {"site": None})

    def test_hands_are_in_order_and_the_floor_lowers_one(self):
        room = self.room
        for site in ("site-2", "site-3", "site-1", "site-2"):
            room.done("PATCH", f"/sites/{site}", {"hand": True}, site)
        state = room.state()
        self.assertEqual([hand["site"] for hand in state["hands"]], ["site-2", "site-3", "site-1"])
        self.assertEqual(flags(state, "hand"), {"hub": False, "site-1": True, "site-2": True, "site-3": True})
        self.assertEqual(room.problem("forbidden", "PATCH", "/sites/site-1", {"hand": True}), 403)
        self.assertEqual(room.problem("forbidden", "PATCH", "/sites/site-1", {"hand": False}, "site-2"), 403)
        state = room.done("POST", "/floor", {"site": "site-3"})
        self.assertEqual(([hand["site"] for hand in state["hands"]], state["floor"]), (["site-2", "site-1"], "site-3"))
        state = room.done("PATCH", "/sites/site-2", {"hand": False})  # the chair may lower it
        self.assertEqual([hand["site"] for hand in state["hands"]], ["site-1"])

    def test_a_microphone_is_closed_by_the_chair_and_opened_by_its_site(self):
        room = self.room
        events = Events(room.bridge, room.bridge.key("site-2"))
        room.done("POST", "/floor", {"site": "site-1"})
        state = room.done("POST", "/mute", {"except": "floor"})
        self.assertEqual(flags(state, "muted"), {"hub": False, "site-1": False, "site-2": True, "site-3": True})
        state = room.done("POST", "/mute", {"except": None})
        self.assertEqual(flags(state, "muted"), {"hub": False, "site-1": True, "site-2": True, "site-3": True})
        self.assertEqual(room.problem("forbidden", "PATCH", "/sites/site-2", {"muted": False}), 403)
        self.assertEqual(room.problem("forbidden", "PATCH", "/sites/site-2", {"askToUnmute": True}, "site-2"), 403)
        self.assertEqual(room.problem("unprocessable", "PATCH", "/sites/site-2", {"askToUnmute": False}), 422)
        self.assertEqual(room.problem("unprocessable", "PATCH", "/sites/site-2", {}), 422)
        self.assertEqual(room.problem("unprocessable", "POST", "/mute", {"except": "hub"}), 422)
        state = room.done("PATCH", "/sites/site-2", {"askToUnmute": True})
        self.assertTrue(of(state, "site-2")["muted"] and of(state, "site-2")["askedToUnmute"])
        self.assertEqual(events.next("askedToUnmute"), {"site": "site-2"})
        state = room.done("PATCH", "/sites/site-2", {"muted": False}, "site-2")
        self.assertFalse(of(state, "site-2")["muted"] or of(state, "site-2")["askedToUnmute"])
        state = room.done("POST", "/floor", {"site": "site-3"})  # muted: it is asked with the floor
        self.assertTrue(of(state, "site-3")["muted"] and of(state, "site-3")["askedToUnmute"])
        events.close()

    def test_a_roll_call_visits_each_site_and_leaves_all_as_it_was(self):
        room = self.room
        room.done("PUT", "/layout", {"layout": "grid", "main": "hub"})
        room.done("PATCH", "/sites/site-2", {"muted": True}, "site-2")
        before = room.state()
        state = room.done("PUT", "/tour", {"kind": "roll-call"})
        self.assertEqual(state["tour"], {"kind": "roll-call", "site": "site-1", "position": 1, "total": 3, "intervalSeconds": None})
        for position, site in enumerate(SITES, 1):
            self.assertEqual((state["tour"]["site"], state["tour"]["position"]), (site, position))
            self.assertEqual((state["layout"]["kind"], state["layout"]["main"]), ("spotlight", site))
            self.assertEqual(flags(state, "muted"), {"hub": False, **{s: s != site or s == "site-2" for s in SITES}})
            self.assertEqual(flags(state, "askedToUnmute")[site], site == "site-2")
            if site == "site-2":  # its people open the microphone for the answer
                state = room.done("PATCH", "/sites/site-2", {"muted": False}, "site-2")
                self.assertFalse(of(state, "site-2")["muted"])
            if site == "site-3":
                self.assertEqual(room.problem("conflict", "POST", "/tour/next", {"site": "site-2"}), 409)
            state = room.done("POST", "/tour/next", {"present": site != "site-3", "site": site})
        self.assertIsNone(state["tour"])
        self.assertEqual(state["layout"], before["layout"])
        self.assertEqual(flags(state, "muted"), flags(before, "muted"))
        self.assertEqual(room.problem("conflict", "POST", "/tour/next", {}), 409)
        answers = [(line["site"], line["object"]) for line in room.audit("tour.next")]
        self.assertEqual(answers[-3:], [("site-1", "present"), ("site-2", "present"), ("site-3", "missing")])

    def test_the_report_tells_who_answered_and_what_was_shown(self):
        room = self.room
        room.done("PUT", "/session", {"open": True})
        room.done("PUT", "/tour", {"kind": "roll-call"})
        for site, answer in zip(SITES, ({"present": True}, {"present": False}, {})):  # the last by its connection: it is not there
            room.done("POST", "/tour/next", {**answer, "site": site})
        room.done("PUT", "/tour", {"kind": "roll-call"})
        room.done("PUT", "/session", {"open": False})
        as_json = {"Accept": "application/json"}
        report = room.bridge.request("GET", ROOM + "/report", key=room.bridge.key("hub"), headers=as_json)[1]
        first, stopped = report["tours"]
        self.assertEqual([(visit["site"], visit["present"]) for visit in first["visits"]],
                         [("site-1", True), ("site-2", False), ("site-3", False)])
        times = [first["startedAt"], *(visit["at"] for visit in first["visits"]), first["endedAt"], stopped["startedAt"], stopped["endedAt"]]
        self.assertEqual(times, sorted(times))
        self.assertEqual((first["kind"], first["intervalSeconds"], stopped["visits"]), ("roll-call", None, []))
        for kind in ("text/csv", "text/html"):
            text = room.bridge.request("GET", ROOM + "/report", key=room.bridge.key("hub"), headers={"Accept": kind})[1].decode()
            self.assertIn("Điểm danh", text)

    def test_a_tour_ends_when_the_chair_says_so(self):
        room = self.room
        for change in ({"kind": "x"}, {}, {"kind": "polling"}, {"kind": "polling", "intervalSeconds": 4},
                       {"kind": "polling", "intervalSeconds": 301}, {"kind": "polling", "intervalSeconds": 7.5}):
            self.assertEqual(room.problem("unprocessable", "PUT", "/tour", change), 422)
        nobody_is_there = {"kind": "polling", "intervalSeconds": 5}
        self.assertEqual(room.problem("conflict", "PUT", "/tour", nobody_is_there), 409)
        room.done("PUT", "/tour", {"kind": "roll-call"})
        self.assertEqual(flags(room.done("PUT", "/tour", {"kind": None}), "muted"), dict.fromkeys(("hub", *SITES), False))
        room.done("PUT", "/tour", {"kind": "roll-call"})
        state = room.done("PUT", "/layout", {"layout": "spotlight", "main": "site-3"})
        self.assertIsNone(state["tour"])
        self.assertEqual((state["layout"]["kind"], state["layout"]["main"]), ("spotlight", "site-3"))
        room.done("PUT", "/layout", {"layout": "grid", "main": "hub"})

    def test_of_two_chairs_at_once_the_last_wins_and_every_order_is_written_down(self):
        room, each = self.room, 60
        before = len(room.audit("floor.give", "floor.take"))

        def give(sites):
            for i in range(each):
                room.done("POST", "/floor", {"site": sites[i % len(sites)]})

        chairs = [threading.Thread(target=give, args=(sites,)) for sites in (("site-1", None), ("site-2", "site-3"))]
        for chair in chairs:
            chair.start()
        for chair in chairs:
            chair.join()
        acts = room.audit("floor.give", "floor.take")[before:]
        self.assertEqual(len(acts), 2 * each)
        self.assertEqual([line["event"] for line in acts].count("floor.take"), each // 2)
        self.assertEqual(room.state()["floor"], acts[-1].get("site"))
        for line in acts:
            self.assertEqual((line["role"], line["by"], line["room"]), ("chair", "hub", "tiep-dan"))
            self.assertTrue(line["key"] and line["at"] and line["peer"])

    def test_only_the_chair_gives_orders(self):
        for method, path, body in (("POST", "/admit", {"all": True}), ("POST", "/remove", {"site": "site-2"}),
                                   ("POST", "/mute", {}), ("PUT", "/tour", {"kind": None}), ("POST", "/tour/next", {}),
                                   ("PUT", "/session", {"locked": False})):
            self.assertEqual(self.room.problem("forbidden", method, path, body, "site-1"), 403)

    def test_malformed_orders_change_nothing(self):
        room = self.room
        for path, body in (("/admit", {}), ("/admit", {"all": False}), ("/admit", {"site": "site-1", "all": True}),
                           ("/remove", {}), ("/remove", {"site": None}), ("/tour/next", {"present": "yes"}),
                           ("/tour/next", {"site": 1})):
            self.assertEqual(room.problem("unprocessable", "POST", path, body), 422)
        for body in ({}, {"open": "yes"}, {"locked": 1}, {"admission": "closed"}, {"open": True, "admission": None},
                     {"open": False, "locked": True}):
            self.assertEqual(room.problem("unprocessable", "PUT", "/session", body), 422)
        self.assertEqual(room.problem("conflict", "PUT", "/session", {"locked": True}), 409)
        self.assertFalse(room.state()["session"]["open"])


class Running(unittest.TestCase):
    def test_a_polling_shows_who_is_there_and_a_good_line_is_called_good(self):
        with Room() as room:
            room.load("hub", "site-1", "site-2")
            room.done("PUT", "/session", {"open": True})
            room.wait_for_presence(hub="admitted", site_1="admitted", site_2="admitted")
            before = room.state()
            state = room.done("PUT", "/tour", {"kind": "polling", "intervalSeconds": 5})
            self.assertEqual(state["tour"], {"kind": "polling", "site": "site-1", "position": 1, "total": 2, "intervalSeconds": 5})
            self.assertEqual((state["layout"]["kind"], state["layout"]["main"]), ("spotlight", "site-1"))
            state = room.wait_for("the second site", lambda state: (state["tour"] or {}).get("site") == "site-2")
            self.assertEqual((state["layout"]["main"], state["tour"]["position"]), ("site-2", 2))
            self.assertEqual(flags(state, "muted"), flags(before, "muted"))
            state = room.wait_for("the end", lambda state: state["tour"] is None)
            report = room.bridge.request("GET", ROOM + "/report", key=room.bridge.key("hub"), headers={"Accept": "application/json"})[1]
            [polling] = report["tours"]
            self.assertEqual([(visit["site"], visit["present"]) for visit in polling["visits"]], [("site-1", None), ("site-2", None)])
            self.assertEqual((polling["kind"], polling["intervalSeconds"]), ("polling", 5))
            self.assertIsNotNone(polling["endedAt"])
            self.assertEqual(state["layout"], before["layout"])
            room.wait_for("good", lambda state: quality(state, "hub") == quality(state, "site-1") == ("good", "good", None))
            self.assertEqual(quality(room.state(), "site-3"), ("none", "none", None))


if __name__ == "__main__":
    unittest.main()
