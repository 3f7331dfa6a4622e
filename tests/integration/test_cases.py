# tests/integration/test_cases.py - a day's cases on the real bridge: list, hearing, restart, report, webhooks.
import glob
import hashlib
import hmac
import http.server
import json
import os
import signal
import subprocess
import threading
import time
import unittest

from bridge import BRIDGE, Bridge
from session_record import wait_for_bags

ROOM = "/v1/rooms/tiep-dan"
CASES = ROOM + "/cases"
SECRET = "mot bi mat that dai"
CSV = {"Content-Type": "text/csv; charset=utf-8"}
TABLE = ("\ufeffSố phiếu;Điểm cầu;Nội dung;Bí mật\r\n"
         "A001;Điểm cầu 1;Khiếu nại <đất đai>;Không\r\n"
         "A002;site-2;Phản ánh;\r\n"
         "M003;site-1;Trần Thị Kín tố cáo;Có\r\n"
         "A004;hub;Kiến nghị;không\r\n")


class Receiver:
    """Takes webhooks; the first @failures of them are answered 500."""

    def __init__(self, failures=0):
        self.deliveries, self.refused, self.changed = [], failures, threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.changed:
                    fails, outer.refused = outer.refused > 0, max(outer.refused - 1, 0)
                    known = self.headers["Diemcau-Delivery"] in {headers["Diemcau-Delivery"] for headers, _ in outer.deliveries}
                    if not fails and not known:  # the bridge may be killed between our answer and its note of it
                        outer.deliveries.append((self.headers, body))
                    outer.changed.notify_all()
                self.send_response(500 if fails else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, n):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.deliveries) >= n, 30), self.events()
        return self.events()

    def events(self):
        return [json.loads(body) for _, body in self.deliveries]


class Day(unittest.TestCase):
    """A bridge whose sites are there by name only: what is said of cases needs no pictures."""

    def open_bridge(self, receiver=None, **recording):
        bridge = Bridge(sites=3, recording=recording or {"enabled": False})
        if receiver is not None:
            with open(bridge.config) as f:
                config = json.load(f)
            config["webhooks"] = [{"url": receiver.url, "secret": SECRET, "events": ["case", "session"]}]
            with open(bridge.config, "w") as f:
                json.dump(config, f)
        self.bridge = bridge
        return bridge

    def call(self, method, path, body=None, key=None, headers=None, status=200):
        reply = self.bridge.request(method, path, body, key or self.bridge.key("hub"), headers)
        self.assertEqual(reply[0], status, reply[1])
        return reply[1]

    def act(self, action, status=200, key=None, **fields):
        return self.call("POST", CASES, {"action": action, **fields}, key, status=status)

    def states(self):
        return {case["ticket"]: case["state"] for case in self.call("GET", CASES)["cases"]}

    def queue_key(self):
        made = subprocess.run([BRIDGE, "--config", self.bridge.config, "key", "add", "--json", "--role", "queue",
                               "--room", "tiep-dan"], capture_output=True, text=True, check=True, timeout=30)
        key = json.loads(made.stdout)["key"]
        deadline = time.monotonic() + 20
        while self.bridge.request("GET", "/v1/login", key=key)[0] != 200:
            self.assertLess(time.monotonic(), deadline, "the new key was not taken up")
            time.sleep(0.05)
        return key


class Chair(Day):
    def test_a_list_is_uploaded_and_its_faults_are_placed(self):
        with self.open_bridge() as bridge:
            state = self.call("PUT", CASES, TABLE.encode(), headers=CSV)
            self.assertEqual(state["cases"], {"waiting": 4, "done": 0, "next": {"ticket": "A001", "site": "site-1"}})
            self.assertIsNone(state["case"])
            first = self.call("GET", CASES)["cases"][0]
            self.assertEqual(first, {"ticket": "A001", "site": "site-1", "sites": [], "title": "Khiếu nại <đất đai>",
                                     "confidential": False, "state": "waiting", "position": 1, "number": None, "startedAt": None,
                                     "endedAt": None, "heardSeconds": 0, "outcome": None, "note": None, "version": 0})
            for language, text in (("vi", "dòng 2, cột 2: không có điểm cầu nào mang mã hay tên này"),
                                   ("en", "line 2, column 2: no site of the room has this id or name")):
                problem = self.call("PUT", CASES, "ticket,site\nX1,nowhere\n", headers={**CSV, "Accept-Language": language}, status=422)
                self.assertIn(text, problem["detail"])
            self.call("PUT", CASES, b"x" * (1 << 20 | 1), headers=CSV, status=413)
            self.call("PUT", CASES, "x", headers={"Content-Type": "text/plain"}, status=415)
            self.assertEqual(self.call("GET", CASES)["cases"][0], first)
            # Moving, adding, taking out; and a list that is sent again is the list.
            self.call("PUT", CASES + "/A004", {"position": 1})
            self.call("PUT", CASES + "/B%2005", {"site": "site-2"}, status=200)
            self.call("PUT", CASES + "/B6", {"title": "?"}, status=409)
            self.call("PUT", CASES + "/B6", {"site": "x"}, status=404)
            self.call("DELETE", CASES + "/A002")
            self.call("DELETE", CASES + "/A002", status=404)
            self.assertEqual(list(self.states()), ["A004", "A001", "M003", "B 05"])
            self.call("PUT", CASES, {"cases": [{"ticket": "C1", "site": "hub"}]})
            self.assertEqual(list(self.states()), ["C1"])
            for key in (bridge.key("site-1"), bridge.key("", "viewer"), bridge.key("", "clerk")):
                self.call("GET", CASES, key=key, status=403)

    def test_one_key_leads_through_the_day(self):
        with self.open_bridge():
            self.call("PUT", CASES, TABLE.encode(), headers=CSV)
            self.act("next", status=409)
            self.call("PUT", ROOM + "/session", {"open": True})
            self.assertEqual(self.call("GET", ROOM)["layout"]["kind"], "grid")
            state = self.act("next")
            case = state["case"]
            self.assertEqual((case["number"], case["ticket"], case["paused"]), (1, "A001", False))
            # Hub and site come to the main picture.
            self.assertEqual([state["layout"][name] for name in ("kind", "main", "second")], ["pair", "hub", "site-1"])
            # Two chairs press the key at the same case: one calls, the other changes nothing.
            for _ in range(2):
                self.assertEqual(self.act("next", ticket="A002", outcome="Giao Sở")["case"]["ticket"], "A002")
            self.assertEqual(self.states(), {"A001": "done", "A002": "heard", "M003": "waiting", "A004": "waiting"})
            paused = self.act("pause")["case"]
            self.assertTrue(paused["paused"])
            time.sleep(1.2)
            still = self.call("GET", ROOM)["case"]
            self.assertEqual(still, paused)
            self.assertFalse(self.act("resume")["case"]["paused"])
            self.act("skip")
            self.act("skip", ticket="A004")
            summary = self.act("recall", ticket="A002")["cases"]
            self.assertEqual(summary, {"waiting": 2, "done": 1, "next": {"ticket": "A002", "site": "site-2"}})
            self.act("next", ticket="A004", status=409)
            # Of a confidential case all but the chair know the site alone.
            state = self.act("call", ticket="M003")
            self.assertEqual((state["case"]["ticket"], state["case"]["site"], state["case"]["confidential"]), ("", "site-1", True))
            seen = json.dumps(self.call("GET", ROOM, key=self.bridge.key("site-1")), ensure_ascii=False)
            self.assertNotIn("M003", seen)
            self.assertNotIn("Kín", seen)
            self.act("close", outcome="Chuyển thanh tra")
            self.act("close", status=409)
            self.act("close", ticket="A001", note="Hẹn trả lời")  # what came out later
            cases = {case["ticket"]: case for case in self.call("GET", CASES)["cases"]}
            self.assertEqual((cases["A001"]["outcome"], cases["A001"]["note"]), ("Giao Sở", "Hẹn trả lời"))
            self.assertEqual((cases["M003"]["outcome"], cases["M003"]["number"]), ("Chuyển thanh tra", 3))
            self.assertLess(cases["A002"]["heardSeconds"], 1)
            self.act("next")
            self.call("PUT", ROOM + "/session", {"open": False})
            self.assertEqual(self.states(), {"A001": "done", "A002": "done", "M003": "done", "A004": "skipped"})
            state = self.call("GET", ROOM)
            self.assertEqual((state["case"], state["layout"]["kind"]), (None, "grid"))

    def test_a_picture_that_the_chair_arranged_stays_after_the_case(self):
        with self.open_bridge():
            self.call("PUT", ROOM + "/session", {"open": True})
            self.act("start", ticket="A1", site="site-1")
            self.call("PUT", ROOM + "/layout", {"layout": "pair"})
            self.act("end")
            self.assertEqual(self.call("GET", ROOM)["layout"]["kind"], "pair")

    def test_a_document_is_shown_on_after_the_case_and_then_the_grid(self):
        with self.open_bridge() as bridge:
            kind = lambda: self.call("GET", ROOM)["layout"]["kind"]
            self.call("PUT", ROOM + "/session", {"open": True})
            self.act("start", ticket="A1", site="site-1")
            self.call("PUT", ROOM + "/document", {"site": "site-1"}, bridge.key("site-1"))
            self.assertEqual(kind(), "document")
            self.act("end")
            self.assertEqual(kind(), "document")
            self.call("PUT", ROOM + "/document", {"site": None})
            self.assertEqual(kind(), "grid")

    def test_a_case_that_turns_out_to_be_secret_begins_again_as_such(self):
        with self.open_bridge():
            self.call("PUT", ROOM + "/session", {"open": True})
            self.assertEqual(self.act("start", ticket="A1", site="site-1")["case"]["number"], 1)
            case = self.call("PUT", CASES + "/A1", {"confidential": True})["case"]
            self.assertEqual((case["number"], case["confidential"], case["ticket"]), (2, True, ""))


class Queue(Day):
    def test_replayed_and_late_calls_change_nothing(self):
        with self.open_bridge():
            key = self.queue_key()
            self.call("PUT", CASES + "/Q1", {"site": "site-1", "title": "một", "version": 1}, key)
            self.call("PUT", CASES + "/Q1", {"site": "site-2", "title": "hai", "version": 3}, key)
            self.call("PUT", CASES + "/Q1", {"site": "site-1", "title": "một", "version": 2}, key)
            self.call("PUT", CASES + "/Q2", {"site": "hub"}, key, status=422)
            self.call("PUT", CASES, {"cases": [{"ticket": "Q2", "site": "hub"}]}, key, status=422)
            self.call("PUT", CASES, {"cases": [{"ticket": "Q2", "site": "hub", "version": 1}]}, key)
            self.call("DELETE", CASES + "/Q2", key=key, status=422)
            self.act("call", ticket="Q1", version=4, key=key, status=409)  # no session
            self.call("PUT", ROOM + "/session", {"open": True})
            self.act("next", key=key, status=403)
            self.act("call", key=key, version=9, status=422)
            self.act("call", ticket="Q1", key=key, status=422)
            self.act("pause", ticket="Q1", version=9, key=key, status=403)
            self.act("call", ticket="Q2", version=5, key=key)
            self.act("close", ticket="Q1", version=6, key=key)  # its call was late
            self.act("call", ticket="Q1", version=5, key=key)
            self.assertEqual(self.states(), {"Q1": "done", "Q2": "heard"})
            self.act("end")
            for _ in range(2):
                self.act("call", ticket="Q2", version=7, key=key)  # the chair's word stands
            self.call("DELETE", CASES + "/Q2?version=8", key=key)
            cases = self.call("GET", CASES, key=key)["cases"]
            self.assertEqual([(case["ticket"], case["state"], case["version"]) for case in cases], [("Q2", "done", 8), ("Q1", "done", 6)])
            self.assertEqual(cases[1]["title"], "hai")
            for path in ("", "/events", "/report", "/stats"):
                self.call("GET", ROOM + path, key=key, status=403)


class Restart(Day):
    def test_a_killed_bridge_goes_on_in_mid_case(self):
        receiver = Receiver(failures=1)
        with self.open_bridge(receiver) as bridge:
            self.call("PUT", CASES, TABLE.encode(), headers=CSV)
            old = self.call("PUT", ROOM + "/session", {"open": True})["session"]["id"]
            self.act("next")
            self.act("next", outcome="Xong")
            self.act("pause")
            before = self.call("GET", CASES)["cases"]
            receiver.wait(4)
            bridge.process.send_signal(signal.SIGKILL)
            bridge.process.wait()
            bridge.start()
            state = self.call("GET", ROOM)
            self.assertTrue(state["session"]["open"])
            self.assertEqual((state["case"]["number"], state["case"]["ticket"], state["case"]["paused"]), (2, "A002", True))
            self.assertEqual(self.call("GET", CASES)["cases"], before)
            self.act("resume")
            self.assertEqual(self.act("next")["case"]["number"], 3)
            self.act("close", outcome="Chuyển")
            self.call("PUT", ROOM + "/session", {"open": False})
            events = receiver.wait(11)
            self.assertEqual([event["event"] for event in events],
                             ["session.open", "case.start", "case.end", "case.start", "case.pause", "session.open", "case.resume",
                              "case.end", "case.start", "case.end", "session.close"])
            for headers, body in receiver.deliveries:
                text = body.decode()
                for secret in ("Khiếu nại", "Kín", "Phản ánh"):
                    self.assertNotIn(secret, text)
                wanted = hmac.new(SECRET.encode(), (headers["Diemcau-Timestamp"] + ".").encode() + body, hashlib.sha256).hexdigest()
                self.assertEqual(headers["Diemcau-Signature"], "sha256=" + wanted)
            new = state["session"]["id"]
            report = self.call("GET", ROOM + "/report", headers={"Accept": "application/json"})
            self.assertEqual((report["session"], report["continues"]), (new, [old]))
            self.assertEqual([(case["ticket"], case["state"]) for case in report["cases"]],
                             [("A001", "done"), ("A002", "done"), ("M003", "done"), ("A004", "waiting")])
            self.assertIsNotNone(report["closedAt"])
            # After another restart it can still be asked for, by its id too.
            self.assertEqual(bridge.stop(), 0)
            bridge.start()
            self.assertEqual(self.call("GET", f"{ROOM}/report?session={new}")["cases"], report["cases"])
            self.call("GET", ROOM + "/report?session=00000000-0000-4000-8000-000000000000", status=404)
            self.call("GET", ROOM + "/report?session=..", status=422)


class Report(Day):
    def test_a_report_has_attendance_cases_and_hashes(self):
        small = {"width": 640, "height": 360, "fps": 10, "bitrateKbps": 500}
        self.bridge = bridge = Bridge(sites=3, video=small)
        with bridge:
            clerk = bridge.key("", "clerk")
            self.call("PUT", CASES, TABLE.encode(), headers=CSV)
            load = bridge.start_load("--settle-ms", "1000", seconds=4, sites=3)
            load.wait_for_window()
            session = self.call("PUT", ROOM + "/session", {"open": True})["session"]["id"]
            self.act("next")
            time.sleep(1)
            self.act("call", ticket="M003")
            time.sleep(1)
            self.act("next")
            time.sleep(0.5)
            load.result(90)
            self.call("PUT", ROOM + "/session", {"open": False})
            (path, record), = wait_for_bags(os.path.join(bridge.dir, "recordings"), 1)
            report = self.call("GET", ROOM + "/report", key=clerk)
            self.assertEqual([bool(site["present"]) for site in report["attendance"]], [True] * 3)
            self.assertEqual([case["title"] for case in report["cases"]], ["Khiếu nại <đất đai>", "Phản ánh", None, "Kiến nghị"])
            self.assertEqual(self.call("GET", ROOM + "/report")["cases"][2]["title"], "Trần Thị Kín tố cáo")
            self.assertEqual(report["summary"]["heard"], 3)
            recording, = report["recordings"]
            self.assertEqual((recording["session"], recording["state"]), (session, "sealed"))
            files = {file["path"]: file["sha256"] for file in recording["files"]}
            for name in ("data/cases/001/case.mkv", "data/cases/002/case.mkv", "data/session.json"):
                with open(os.path.join(path, name), "rb") as f:
                    self.assertEqual(files[name], hashlib.sha256(f.read()).hexdigest())
            page = bridge.request("GET", ROOM + "/report", key=clerk, headers={"Accept": "text/html,*/*;q=0.8"})
            self.assertEqual((page[0], page[2]["Content-Type"]), (200, "text/html; charset=utf-8"))
            self.assertEqual(len(page[2].get_all("Content-Security-Policy")), 1)
            text = page[1].decode()
            self.assertIn("Khiếu nại &lt;đất đai&gt;", text)
            self.assertNotIn("Kín", text)
            table = bridge.request("GET", ROOM + "/report", key=bridge.key("hub"), headers={"Accept": "text/csv"})
            self.assertTrue(table[1].decode("utf-8-sig").startswith('"Phòng","Phiên"'))
            self.assertIn("Kín", table[1].decode())
            self.check_restricted(record, path, session, clerk)

    def check_restricted(self, record, path, session, clerk):
        """The confidential case is the second recorded."""
        self.assertEqual([case["confidential"] for case in record["cases"]], [False, True, False])
        for number, restricted in ((1, False), (2, True), (3, False)):
            with open(os.path.join(path, f"data/cases/{number:03}/case.json")) as f:
                self.assertEqual(json.load(f)["restricted"], restricted)
        base = "/v1/recordings/" + session
        for target in ("/archive", "/cases/2/archive", "/files/data/cases/002/case.mkv", "/files/data/master.mkv", "/files/data/session.json"):
            problem = self.call("GET", base + target, key=clerk, status=403)
            self.assertEqual(problem["type"], "/problems/restricted")
        self.call("GET", base + "/cases/1/archive", key=clerk)
        self.call("GET", base + "/cases/3/archive", key=clerk)
        made = subprocess.run([BRIDGE, "--config", self.bridge.config, "key", "add", "--json", "--role", "clerk", "--restricted"],
                              capture_output=True, text=True, check=True, timeout=30)
        entitled = json.loads(made.stdout)["key"]
        deadline = time.monotonic() + 20
        while self.bridge.request("GET", "/v1/login", key=entitled)[0] != 200:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        for target in ("/archive", "/cases/2/archive", "/files/data/master.mkv"):
            self.call("GET", base + target, key=entitled)
        self.assertFalse(glob.glob(os.path.join(self.bridge.dir, "state", "*.unreadable")))


if __name__ == "__main__":
    unittest.main()
