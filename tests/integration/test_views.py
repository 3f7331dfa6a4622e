# tests/integration/test_views.py - who sees and hears what on the real bridge: layouts, the document's calls, a confidential case.
import time
import unittest

from bridge import MODEST, SANITIZED, Bridge

ROOM = "/v1/rooms/tiep-dan"
SITES = 5


class Views(unittest.TestCase):
    def state(self, bridge):
        return bridge.request("GET", ROOM, key=bridge.key("hub"))[1]

    def site(self, state, site):
        return next(s for s in state["sites"] if s["id"] == site)

    def wait_for(self, bridge, condition, what):
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            state = self.state(bridge)
            if condition(state):
                return state
            time.sleep(0.1)
        self.fail(f"never came: {what}")

    def all_in(self, bridge):
        self.wait_for(bridge, lambda state: all(s["state"] == "connected" for s in state["sites"]), "all connected")

    def put(self, bridge, path, body, site="hub", status=200):
        got, value, _ = bridge.request("PUT", ROOM + path, body, bridge.key(site))
        self.assertEqual(got, status, value)
        return value

    def case(self, bridge, **order):
        status, value, _ = bridge.request("POST", ROOM + "/cases", order, bridge.key("hub"))
        self.assertEqual(status, 200, value)
        return value

    def programs(self, bridge, active_only=True):
        _, stats, _ = bridge.request("GET", ROOM + "/stats", key=bridge.key("hub"))
        return [p for p in stats["programs"]["video"] if p["active"] or not active_only]

    # Every picture and every sample that the watching site gets in the whole window is looked at.
    def watched(self, bridge, site, seconds, during):
        # One size of camera: a clip of another takes a busy machine longer than the window.
        # The window begins well after what @during does: nothing that was sent before waits in the tool any more.
        settle_ms = "3000" if not SANITIZED else "10000"
        load = bridge.start_load("--watch", site, "--uplink-size", "640x360", "--settle-ms", settle_ms, sites=SITES, seconds=seconds)
        self.all_in(bridge)
        during()
        while load.process.poll() is None:
            state = self.state(bridge)
            if state["case"] is not None and state["case"]["confidential"]:
                self.assertIsNone(state["activeSpeaker"])
                self.assertFalse(any(s["speaking"] for s in state["sites"]))
            time.sleep(0.2)
        return load.result(60)

    def test_a_confidential_case_is_for_the_hub_and_its_site_alone(self):
        with Bridge(sites=SITES, video=MODEST) as bridge:
            def begin():
                self.put(bridge, "/session", {"open": True})
                state = self.case(bridge, action="start", ticket="B-7", site="site-1", confidential=True)
                self.assertEqual([s["id"] for s in state["sites"] if s["excluded"]], ["site-2", "site-3", "site-4"])
                self.assertIsNone(self.site(state, "site-3")["tile"])
                self.assertIsNone(state["activeSpeaker"])
            figures = self.watched(bridge, "site-3", 8, begin)
            self.assertEqual(figures["sites_connected"], SITES)
            self.assertGreater(figures["frames_decoded"], 8)  # the slate
            self.assertEqual(figures["tiles_alive"], 0)
            self.assertEqual([t["fps"] for t in figures["tiles"]], [0] * len(figures["tiles"]))
            self.assertEqual(figures["markers_heard"], 0)
            self.assertLessEqual(figures["sound_peak"], 2)

            # The load left, the case goes on: its site comes back into it.
            figures = self.watched(bridge, "site-1", 8, lambda: None)
            self.assertEqual({t["site"] for t in figures["tiles"] if t["alive"]}, {"hub", "site-1"})
            self.assertGreater(figures["markers_heard"], 0)

            # It ends: all come back.
            figures = self.watched(bridge, "site-3", 6, lambda: self.case(bridge, action="end"))
            self.assertEqual(figures["tiles_alive"], SITES)
            self.assertGreater(figures["markers_heard"], 0)
            self.assertFalse(any(s["excluded"] for s in self.state(bridge)["sites"]))
            self.put(bridge, "/session", {"open": False})

    # The flag falls while all is watched: what was seen stops, and nothing comes back.
    def test_it_stops_in_the_middle_of_a_picture(self):
        with Bridge(sites=SITES, video=MODEST) as bridge:
            self.put(bridge, "/session", {"open": True})
            load = bridge.start_load("--watch", "site-4", sites=SITES, seconds=10)
            load.wait_for_window()
            time.sleep(1)
            self.case(bridge, action="start", ticket="B-8", site="site-1", confidential=True)
            figures = load.result(90)
            self.assertEqual(figures["tiles_alive"], 0)
            tiles = {t["site"]: t for t in figures["tiles"]}
            if not SANITIZED:
                self.assertGreater(tiles["hub"]["fps"], 0)  # until then
                self.assertLess(tiles["hub"]["fps"], 15)
            self.case(bridge, action="end")

    def test_lecture_is_two_pictures_and_one_again(self):
        with Bridge(sites=SITES, video=MODEST) as bridge:
            def lecture():
                state = self.put(bridge, "/layout", {"layout": "lecture"})
                self.assertEqual((state["layout"]["kind"], state["hubLayout"]["kind"]), ("lecture", "grid"))
                self.assertIsNone(self.site(state, "site-2")["tile"])
                self.assertIsNotNone(self.site(state, "site-2")["hubTile"])
                self.assertEqual(self.site(state, "hub")["tile"]["width"], state["canvas"]["width"])
            figures = self.watched(bridge, "site-2", 8, lecture)
            self.assertEqual({t["site"] for t in figures["tiles"] if t["alive"]}, {"hub"})
            self.assertGreater(figures["markers_heard"], 0)

            load = bridge.start_load(sites=SITES, seconds=4)
            self.all_in(bridge)
            deadline = time.monotonic() + 30
            while {p["view"] for p in self.programs(bridge)} != {"sites", "hub"}:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.2)
            self.put(bridge, "/layout", {"layout": "grid"})
            while {p["view"] for p in self.programs(bridge)} != {"sites"}:  # nobody watches the hub's: it stops
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.2)
            load.result(90)

    def test_layouts_and_what_is_refused(self):
        with Bridge(sites=SITES, video=MODEST) as bridge:
            def arranged(**body):
                return self.put(bridge, "/layout", body)
            state = arranged(layout="pair", main="site-2", second="site-4")
            self.assertEqual([s["id"] for s in state["sites"] if s["tile"] is not None], ["site-2", "site-4"])
            self.assertEqual((state["layout"]["main"], state["layout"]["second"]), ("site-2", "site-4"))
            state = arranged(layout="pair", main=None, second=None)
            self.assertEqual(state["layout"]["main"], "hub")
            state = arranged(layout="grid", order=["site-3", "hub"])
            self.assertEqual(state["layout"]["order"], ["site-3", "hub", "site-1", "site-2", "site-4"])
            first = min(state["sites"], key=lambda s: (s["tile"]["y"], s["tile"]["x"]))
            self.assertEqual(first["id"], "site-3")
            state = arranged(layout="speaker", audience="sites")
            self.assertEqual((state["layout"]["kind"], state["hubLayout"]["kind"]), ("speaker", "grid"))
            state = arranged(layout="spotlight", main="site-1", audience="hub")
            self.assertEqual((state["layout"]["kind"], state["hubLayout"]["main"]), ("speaker", "site-1"))
            state = arranged(layout=None, audience="hub")
            self.assertIsNone(state["hubLayout"])
            for body in ({"layout": "spiral"}, {"layout": None}, {"layout": "grid", "order": ["hub", "hub"]},
                         {"layout": "grid", "order": "hub"}, {"layout": "grid", "main": 3}, {"layout": "grid", "audience": "me"}):
                self.put(bridge, "/layout", body, status=422)
            for body in ({"layout": "grid", "second": "nowhere"}, {"layout": "grid", "order": ["nowhere"]}):
                self.put(bridge, "/layout", body, status=404)

    def test_one_presents_at_a_time(self):
        with Bridge(sites=SITES, video=MODEST) as bridge:
            state = self.put(bridge, "/document", {"site": "site-1"}, "site-1")
            self.assertEqual(state["document"]["site"], "site-1")
            self.assertEqual(state["layout"]["kind"], "document")
            status, value, _ = bridge.request("PUT", ROOM + "/document", {"site": "site-2"}, bridge.key("site-2"),
                                              {"Accept-Language": "en"})
            self.assertEqual((status, value["type"]), (409, "/problems/document-busy"))
            self.put(bridge, "/document", {"site": "site-2"}, "site-1", 403)
            self.put(bridge, "/document", {"site": None}, "site-2", 403)
            self.put(bridge, "/document", {"site": "nowhere"}, "hub", 404)
            self.put(bridge, "/document", {"site": 3}, "hub", 422)
            self.put(bridge, "/document", {"site": "site-1"}, "site-1")  # again: nothing changes
            state = self.put(bridge, "/document", {"site": None})  # the chair stops it
            self.assertEqual((state["document"], state["layout"]["kind"]), (None, "grid"))
            self.put(bridge, "/document", {"site": "site-2"}, "site-2")
            self.put(bridge, "/layout", {"layout": "pair"})  # the chair wants something else: that stays
            state = self.put(bridge, "/document", {"site": None}, "site-2")
            self.assertEqual((state["document"], state["layout"]["kind"]), (None, "pair"))


if __name__ == "__main__":
    unittest.main()
