# tests/integration/test_keys.py - keys made, listed, revoked and broken out on the machine itself, while sites are connected.
import hashlib
import http.client
import json
import os
import subprocess
import tempfile
import threading
import time
import unittest

import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst

from bridge import BRIDGE, Bridge
from test_api import MEDIA, OFFER, SDP, Events

Gst.init(None)
ROOM = "/v1/rooms/tiep-dan"
PATIENCE_S = 20


def key_cli(bridge, *arguments, code=0):
    done = subprocess.run([BRIDGE, "--config", bridge.config, "key", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


def add_key(bridge, *arguments):
    return json.loads(key_cli(bridge, "add", "--json", *arguments).stdout)


def key_of_text(bridge, text):
    """The id of a key, as the list has it."""
    wanted = hashlib.sha256(text.encode()).hexdigest()[:16]
    return next(row for row in json.loads(key_cli(bridge, "list", "--json").stdout) if row["id"] == wanted)


def wait_for_status(bridge, key, wanted, path="/v1/login"):
    deadline = time.monotonic() + PATIENCE_S
    while bridge.request("GET", path, key=key)[0] != wanted:
        assert time.monotonic() < deadline, f"{path} never answered {wanted}"
        time.sleep(0.02)


def audit(bridge):
    with open(os.path.join(bridge.dir, "state/audit.jsonl")) as f:
        return [json.loads(line) for line in f]


def read_qr_code(svg):
    """What another library reads in the picture."""
    pipeline = Gst.parse_launch(f"filesrc location={svg} ! rsvgdec ! videoconvert ! imagefreeze num-buffers=3 "
                                "! videoconvert ! zbar cache=true ! fakesink")
    pipeline.set_state(Gst.State.PLAYING)
    symbol = None
    while symbol is None:
        message = pipeline.get_bus().timed_pop_filtered(
            PATIENCE_S * Gst.SECOND, Gst.MessageType.ELEMENT | Gst.MessageType.ERROR | Gst.MessageType.EOS)
        assert message is not None and message.type == Gst.MessageType.ELEMENT, "no code was found in the picture"
        if message.get_structure().get_name() == "barcode":
            symbol = message.get_structure().get_string("symbol")
    pipeline.set_state(Gst.State.NULL)
    return symbol


def site_state(bridge, site):
    state = bridge.request("GET", ROOM, key=bridge.key("hub"))[1]
    return next(s for s in state["sites"] if s["id"] == site)


class Followed(Events):
    def ends(self):
        """True if the bridge hangs up."""
        try:
            while self.response.readline():
                pass
            return True
        except TimeoutError:
            return False
        except (OSError, http.client.HTTPException):
            return True


class Keys(unittest.TestCase):
    def test_a_key_is_made_listed_and_revoked_beside_a_running_bridge(self):
        with Bridge(sites=3) as bridge:
            made = add_key(bridge, "--role", "site", "--site", "site-1", "--label", "máy phụ")
            self.assertTrue(made["link"].endswith("#key=" + made["key"]))
            wait_for_status(bridge, made["key"], 200)
            _, who, _ = bridge.request("GET", "/v1/login", key=made["key"])
            self.assertEqual((who["role"], who["site"]), ("site", "site-1"))
            rows = {row["id"]: row for row in json.loads(key_cli(bridge, "list", "--json").stdout)}
            self.assertEqual(rows[made["id"]]["label"], "máy phụ")
            self.assertNotIn(made["key"], key_cli(bridge, "list").stdout)
            # Its cookie goes with it.
            _, _, headers = bridge.request("POST", "/v1/login", {"key": made["key"]})
            cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}
            self.assertEqual(bridge.request("GET", ROOM, headers=cookie)[0], 200)
            key_cli(bridge, "revoke", made["id"][:8])
            wait_for_status(bridge, made["key"], 401)
            self.assertEqual(bridge.request("GET", ROOM, headers=cookie)[0], 401)
            self.assertEqual(bridge.request("GET", ROOM, key=bridge.key("site-1"))[0], 200)
            self.assertIn("revoked", key_cli(bridge, "list").stdout)
            self.assertIn("was revoked", key_cli(bridge, "revoke", made["id"], code=65).stderr)
            self.assertEqual([(e["event"], e["object"]) for e in audit(bridge)],
                             [("key.add", made["id"] + " site site-1"), ("key.revoke", made["id"] + " site site-1")])
            self.assertEqual(bridge.stop(), 0)
            # Also while it does not run; a restart lets nobody in again.
            late = add_key(bridge, "--role", "clerk", "--restricted")
            bridge.start()
            self.assertEqual(bridge.request("GET", "/v1/login", key=late["key"])[1].get("restricted"), True)
            self.assertEqual(bridge.request("GET", "/v1/login", key=made["key"])[0], 401)

    def test_a_revoked_sites_picture_ends_and_another_key_gets_the_seat_back(self):
        with Bridge(sites=3) as bridge:
            old = bridge.key("site-1")
            events = Followed(bridge, old)
            events.next("room")
            load = bridge.start_load("--settle-ms", "1500", sites=3, seconds=5)
            load.wait_for_window()
            self.assertEqual(site_state(bridge, "site-1")["state"], "connected")
            before = bridge.request("GET", ROOM + "/stats", key=bridge.key("hub"))[1]["peers"]
            media = next(p["media"] for p in before if p["site"] == "site-1")
            key_cli(bridge, "revoke", key_of_text(bridge, old)["id"])
            notice = events.next("removed")
            self.assertEqual(notice, {"site": "site-1", "media": media, "reason": "key-revoked"})
            self.assertTrue(events.ends(), "its event stream goes on")
            deadline = time.monotonic() + PATIENCE_S
            while site_state(bridge, "site-1")["state"] != "absent":
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            log = bridge.read_log()
            self.assertIn("site-1 is sent away: key-revoked", log)
            self.assertEqual(bridge.request("GET", ROOM, key=old)[0], 401)
            self.assertEqual(bridge.request("POST", MEDIA, OFFER, old, SDP)[0], 401)
            self.assertEqual(bridge.request("DELETE", "/v1/media/" + media, key=old)[0], 401)
            self.assertEqual(site_state(bridge, "site-2")["state"], "connected")
            new = add_key(bridge, "--role", "site", "--site", "site-1")["key"]
            wait_for_status(bridge, new, 200)
            status, _, headers = bridge.request("POST", MEDIA, OFFER, new, SDP)
            self.assertEqual(status, 201)
            self.assertEqual(site_state(bridge, "site-1")["state"], "connecting")
            self.assertEqual(bridge.request("DELETE", headers["Location"], key=new)[0], 200)
            self.assertEqual(load.result(60)["sites_connected"], 2)
            events.close()

    def test_break_glass_opens_the_room_and_ends_by_itself(self):
        with Bridge(sites=3) as bridge:
            done = key_cli(bridge, "break-glass", "--room", "tiep-dan", "--minutes", "0.07", "--json")
            self.assertIn("BREAK-GLASS", done.stderr)
            made = json.loads(done.stdout)
            wait_for_status(bridge, made["key"], 200)
            self.assertEqual(bridge.request("GET", "/v1/login", key=made["key"])[1],
                             {"role": "chair", "site": "hub", "room": "tiep-dan"})
            self.assertEqual(bridge.request("POST", ROOM + "/floor", {"site": "site-1"}, made["key"])[0], 200)
            events = Followed(bridge, made["key"])
            events.next("room")
            status, _, _ = bridge.request("POST", MEDIA, OFFER, made["key"], SDP)
            self.assertEqual(status, 201)
            self.assertEqual(events.next("removed")["reason"], "key-expired")
            self.assertEqual(bridge.request("GET", ROOM, key=made["key"])[0], 401)
            self.assertTrue(events.ends())
            events.close()
            with open(bridge.keys_file) as f:
                self.assertNotIn(made["key"], f.read())
            log = bridge.read_log()
            for words in ("BREAK-GLASS: key %s (chair hub, room tiep-dan) opens the room as its chair until",
                          "BREAK-GLASS: key %s is used from", "BREAK-GLASS: key %s (chair hub, room tiep-dan) has ended"):
                self.assertIn(words % made["id"], log)
            line = audit(bridge)[0]
            self.assertEqual((line["event"], line["role"]), ("key.break-glass", "machine"))
            self.assertEqual(line["object"], f"{made['id']} chair hub, room tiep-dan, until {made['ends']}")
            for wrong in ("0", "721", "-1", "x"):
                key_cli(bridge, "break-glass", "--room", "tiep-dan", "--minutes", wrong, code=64)
            key_cli(bridge, "break-glass", "--room", "khac", "--minutes", "1", code=65)

    def test_changes_at_once_lose_nothing(self):
        with Bridge(sites=3) as bridge:
            made, threads = [], []
            for _ in range(8):
                threads.append(threading.Thread(target=lambda: made.append(add_key(bridge, "--role", "viewer"))))
                threads[-1].start()
            for thread in threads:
                thread.join()
            self.assertEqual(len(made), 8)
            rows = {row["id"] for row in json.loads(key_cli(bridge, "list", "--json").stdout)}
            self.assertLessEqual({m["id"] for m in made}, rows)
            for m in made:
                wait_for_status(bridge, m["key"], 200)
            self.assertEqual(len([e for e in audit(bridge) if e["event"] == "key.add"]), 8)

    def test_a_broken_file_changes_nothing_and_its_repair_does(self):
        with Bridge(sites=3) as bridge:
            path = os.path.join(bridge.dir, "state/credentials.json")
            with open(path) as f:
                good = f.read()
            with open(path, "w") as f:
                f.write("[{")
            deadline = time.monotonic() + PATIENCE_S
            while "they stay as they were" not in bridge.read_log():
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            self.assertEqual(bridge.request("GET", ROOM, key=bridge.key("site-1"))[0], 200)
            key_cli(bridge, "add", "--role", "viewer", code=73)
            with open(path, "w") as f:
                f.write(good)
            wait_for_status(bridge, add_key(bridge, "--role", "viewer")["key"], 200)

    def test_the_join_link_is_a_qr_code_that_a_reader_reads(self):
        with Bridge(sites=3) as bridge:
            made = add_key(bridge, "--role", "site", "--site", "site-1")
            with tempfile.TemporaryDirectory() as folder:
                svg = os.path.join(folder, "link.svg")
                shown = key_cli(bridge, "show-link", made["id"], "--url", "https://cau.bacninh.gov.vn", "--page", "kiosk", "--svg", svg)
                link = "https://cau.bacninh.gov.vn/kiosk#key=" + made["key"]
                self.assertIn(link, shown.stdout)
                self.assertIn("▀", shown.stdout)
                self.assertEqual(os.stat(svg).st_mode & 0o777, 0o600)
                self.assertEqual(read_qr_code(svg), link)
            key_cli(bridge, "show-link", "0123456789abcdef", code=65)
            os.unlink(bridge.keys_file)
            self.assertIn("make another", key_cli(bridge, "show-link", made["id"], code=65).stderr)
            self.assertIn("usage", key_cli(bridge, code=64).stderr)


if __name__ == "__main__":
    unittest.main()
