# tests/integration/test_figures.py - the technicians' figures of the running bridge: true, for technicians alone, without secrets.
import datetime
import glob
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
import unittest

from bridge import SOURCE, Bridge
from test_api import MEDIA, OFFER, SDP, Events

ROOM = "/v1/rooms/tiep-dan"
SITES = 3
SECRET = "bí mật của webhook, không ai được biết"

# The text format, version 0.0.4, as strictly as Prometheus reads it and its linter wants it.
NAME = r"diemcau_[a-z][a-z0-9_]*"
SAMPLE = re.compile(rf'({NAME})(?:\{{((?:[a-z]+="[^"\\\n]*",?)+)\}})? (-?[0-9.]+(?:e[-+]?[0-9]+)?|\+Inf|NaN)$')
HELP = re.compile(rf"# HELP ({NAME}) (\S.*\.)$")
TYPE = re.compile(rf"# TYPE ({NAME}) (gauge|counter|histogram)$")


def parse_metrics(text):
    """{name: (type, {labels: value})}; raises on whatever is no such text."""
    metrics, helped, family = {}, None, None
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if match := HELP.match(line):
            assert match[1] not in metrics, line
            helped = match[1]
        elif match := TYPE.match(line):
            assert match[1] == helped, line
            family = match[1]
            metrics[family] = (match[2], {})
            assert (match[2] == "counter") == family.endswith("_total"), line
        else:
            match = SAMPLE.match(line)
            assert match, line
            kind, samples = metrics[family]
            suffix = match[1].removeprefix(family)
            assert suffix in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",)), line
            labels = (suffix, *sorted((match[2] or "").split(",")))
            assert labels not in samples, line
            samples[labels] = float(match[3])
    return metrics


class Figures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bridge = Bridge(sites=SITES, video={"width": 640, "height": 360, "fps": 10, "bitrateKbps": 800})
        with open(cls.bridge.config) as f:
            config = json.load(f)
        config["webhooks"] = [{"url": "http://127.0.0.1:9/moc-cau", "secret": SECRET, "events": ["session"]}]
        with open(cls.bridge.config, "w") as f:
            json.dump(config, f)
        cls.bridge.__enter__()
        cls.technician = cls.bridge.key("", "technician")
        cls.hub = cls.bridge.key("hub")
        cls.load = cls.bridge.start_load(seconds=20, sites=SITES)
        cls.load.wait_for_window()
        # What needs the meeting itself is taken now: it ends before a slow machine comes to the last test.
        events = Events(cls.bridge, cls.technician)
        for _ in range(3):
            first = events.next("figures")
        before = cls.metrics()
        cls.rows = [first] + [events.next("figures") for _ in range(3)]
        cls.during, cls.body = cls.get("/figures"), cls.metrics()
        cls.totals = before, cls.body
        events.close()

    @classmethod
    def tearDownClass(cls):
        cls.load.result(120)
        cls.bridge.__exit__(None, None, None)

    @classmethod
    def metrics(cls):
        status, body, headers = cls.bridge.request("GET", "/metrics", key=cls.technician)
        assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
        return body.decode()

    @classmethod
    def get(cls, path, expected=200, key=None):
        status, value, _ = cls.bridge.request("GET", ROOM + path, key=key or cls.technician)
        assert status == expected, (status, value)
        return value

    def test_each_site_of_a_running_meeting_has_its_figures(self):
        figures = self.during
        self.assertEqual([site["id"] for site in figures["sites"]], ["hub", "site-1", "site-2"])
        for site in figures["sites"]:
            now = site["figures"]
            self.assertEqual(site["state"], "connected")
            self.assertRegex(site["pair"], r"^\S+:\d+ -> \S+:\d+ \w+$")
            self.assertIn("AEAD_AES_128_GCM", site["srtpProfile"])
            for name in ("up_kbps", "down_kbps", "up_width", "down_estimate_kbps", "down_cap_kbps"):
                self.assertGreater(now[name], 0, (site["id"], name))
            for name in ("up_loss", "down_loss", "up_audio_concealed"):
                self.assertTrue(0 <= now[name] <= 1, (site["id"], name, now[name]))
            self.assertTrue(-127 <= now["up_audio_level_dbov"] <= 0)
            self.assertIsNone(now["client_age_s"], "the load tool makes no report")
        box = figures["box"]
        for name in ("cpu_decode", "cpu_compose", "cpu_encode", "cpu_audio", "cpu_net", "memory_bytes", "descriptors", "disk_hours_left"):
            self.assertGreaterEqual(box[name], 0, name)
        self.assertGreater(box["certificate_days_left"], 700)
        self.assertEqual(figures["line"]["capSharedKbps"], 50000)

    def test_stages_take_cpu_time(self):
        history = self.get("/figures/history?series=cpu_decode,cpu_encode,cpu_net,cpu_compose,cpu_audio")["series"]
        for name, values in history.items():
            self.assertGreater(sum(value or 0 for value in values), 0, name)

    def test_history_goes_back_second_by_second(self):
        figures = self.get("/figures")
        history = self.get("/figures/history?series=up_kbps,cpu_net&site=site-1")
        self.assertEqual(sorted(history["series"]), ["box/cpu_net", "site-1/up_kbps"])
        values = history["series"]["site-1/up_kbps"]
        self.assertGreaterEqual(len(values), 6)
        self.assertGreaterEqual(sum(1 for value in values if value), 4)
        begin = datetime.datetime.fromisoformat(history["from"])
        apart = (datetime.datetime.fromisoformat(figures["at"]) - begin).total_seconds()
        self.assertAlmostEqual(apart, round(apart), places=2)  # all on one grid of whole seconds
        coarse = self.get("/figures/history?series=up_kbps&site=site-1&step=5")
        self.assertEqual(coarse["step"], 5)
        self.assertLessEqual(len(coarse["series"]["site-1/up_kbps"]), len(values) // 5 + 2)

    def test_csv_has_the_same_rows(self):
        since = self.get("/figures/history?series=up_kbps")["from"]
        words = f"?series=up_kbps&from={since.replace('+', '%2B')}"
        end = datetime.datetime.fromisoformat(since) + datetime.timedelta(seconds=5)
        words += "&to=" + end.isoformat().replace("+", "%2B")
        history = self.get("/figures/history" + words)
        rows = self.get("/figures/history" + words + "&format=csv").decode().split("\r\n")
        self.assertEqual(rows[0].split(","), ["at"] + list(history["series"]))
        self.assertEqual(len(rows), 5 + 2)
        for i, row in enumerate(rows[1:-1]):
            self.assertEqual([float(v) if v else None for v in row.split(",")[1:]], [v[i] for v in history["series"].values()])

    def test_odd_questions_are_refused(self):
        for words in ("series=none", "site=none", "step=0", "step=x", "step=3601", "from=yesterday", "to=1", "format=xml"):
            self.get("/figures/history?" + words, 422)
        self.get("/figures/marks?from=x", 422)

    def test_joining_is_marked(self):
        marks = self.get("/figures/marks")["marks"]
        self.assertEqual(sorted(m["site"] for m in marks if m["kind"] == "join")[:SITES], ["hub", "site-1", "site-2"])
        last = datetime.datetime.fromisoformat(marks[-1]["at"]) + datetime.timedelta(seconds=1)
        self.assertEqual(self.get("/figures/marks?from=" + last.isoformat().replace("+", "%2B"))["marks"], [])

    def test_technicians_alone_are_told_each_second(self):
        events, others = Events(self.bridge, self.technician), Events(self.bridge, self.hub)
        first, second = events.next("figures"), events.next("figures")
        apart = datetime.datetime.fromisoformat(second["at"]) - datetime.datetime.fromisoformat(first["at"])
        self.assertGreaterEqual(apart.total_seconds(), 0.99)
        self.assertEqual(set(first), set(self.during))
        # The hub's own stream, up to an event that comes after two more seconds of figures.
        events.next("figures"), events.next("figures")
        self.bridge.request("PATCH", ROOM + "/sites/site-2", {"muted": True}, self.hub)
        seen = []
        while True:
            line = others.response.readline().decode()
            if line.startswith("event: "):
                seen.append(line[7:].strip())
            if '"muted":true' in line:
                break
        self.assertNotIn("figures", seen)
        self.bridge.request("PATCH", ROOM + "/sites/site-2", {"muted": False}, self.hub)
        events.close()
        others.close()

    def test_metrics_are_what_prometheus_reads(self):
        metrics = parse_metrics(self.body)
        with open(os.path.join(SOURCE, "config/metrics.md")) as f:
            documented = set(re.findall(r"^\| `(diemcau_\w+)` \| (?:gauge|counter|histogram)", f.read(), re.M))
        self.assertEqual(set(metrics), documented)
        site = ("", 'room="tiep-dan"', 'site="site-1"')
        self.assertEqual(metrics["diemcau_site_connected"][1][site], 1)
        self.assertGreater(metrics["diemcau_site_up_bytes_total"][1][site], 1000)
        self.assertGreater(metrics["diemcau_site_up_media_packets_total"][1][site], 10)
        for name, label in (("tick_lateness_seconds", 'tick="video"'), ("composed_latency_seconds", "")):
            samples = metrics["diemcau_" + name][1]
            counts = [v for labels, v in samples.items() if labels[0] == "_bucket" and (not label or label in labels)]
            self.assertEqual(counts, sorted(counts))
            total = samples[("_count", label)]
            self.assertEqual(counts[-1], total)
            self.assertGreater(total, 20)
            self.assertGreater(samples[("_sum", label)], 0)

    @unittest.skipIf(shutil.which("promtool") is None, "promtool is not installed")
    def test_metrics_please_promtool(self):
        checked = subprocess.run(["promtool", "check", "metrics"], input=self.body.encode(), capture_output=True, timeout=60)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))

    def test_totals_agree_with_the_rates(self):
        """The counters of /metrics, the history's kbit/s and the packets' headers tell of the same bytes."""
        def totals(text):
            metrics = parse_metrics(text)
            labels = ("", 'room="tiep-dan"', 'site="site-1"')
            return {n: metrics[f"diemcau_site_{n}_total"][1][labels] for n in ("up_bytes", "up_packets", "down_bytes", "down_packets")}
        before, after = (totals(text) for text in self.totals)
        times = [datetime.datetime.fromisoformat(row["at"]) for row in self.rows]
        if round((times[-1] - times[0]).total_seconds()) != 3:
            self.skipTest("the machine left a second out")
        rows = self.rows[1:]
        for way in ("up", "down"):
            bits = 8 * (after[way + "_bytes"] - before[way + "_bytes"] + 28 * (after[way + "_packets"] - before[way + "_packets"]))
            # Each second's rate is of its own length, which a busy machine makes a little longer or shorter.
            told = 1000 * sum(row["sites"][1]["figures"][way + "_kbps"] for row in rows)
            self.assertTrue(0.8 * bits <= told <= 1.25 * bits, (way, told, bits))

    def test_the_bundle_has_all_and_no_secret(self):
        status, body, headers = self.bridge.request("GET", ROOM + "/support-bundle", key=self.technician)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/x-tar"))
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            texts = {os.path.basename(m.name): tar.extractfile(m).read().decode() for m in tar.getmembers()}
        self.assertEqual(sorted(texts), ["config.json", "figures.json", "history.csv", "marks.json", "metrics.txt", "versions.json"])
        self.assertEqual(len(json.loads(texts["figures.json"])["sites"]), SITES)
        self.assertGreater(len(texts["history.csv"].split("\r\n")), 1)
        self.assertIn("openssl", json.loads(texts["versions.json"]))
        self.assertEqual(json.loads(texts["config.json"])["webhooks"], 1)
        whole = "".join(texts.values())
        for secret in [SECRET, "moc-cau", self.bridge.dir] + [entry["key"] for entry in self.bridge.keys]:
            self.assertNotIn(secret, whole)
        self.assertEqual(glob.glob(os.path.join(tempfile.gettempdir(), "diemcau-*", "diemcau-support")), [])  # nothing is left

    def test_nobody_else_may_ask(self):
        for path in (ROOM + "/figures", ROOM + "/figures/history", ROOM + "/figures/marks", ROOM + "/support-bundle", "/metrics"):
            self.assertEqual(self.bridge.request("GET", path, key=self.hub)[0], 403)
            self.assertEqual(self.bridge.request("GET", path)[0], 401)


class Reports(unittest.TestCase):
    """The client's own report, of a peer that only signals."""

    def test_what_a_client_says_is_shown_until_it_is_old(self):
        with Bridge(sites=2) as bridge:
            technician, site = bridge.key("", "technician"), bridge.key("site-1")
            location = bridge.request("POST", MEDIA, OFFER, site, SDP)[2]["Location"]
            report = {"decodeFps": 14.5, "jitterBufferMs": 90, "freezes": 2, "framesDropped": 0, "cpuLimited": False}
            self.assertEqual(bridge.request("POST", location + "/report", report, site)[0], 204)
            self.assertEqual(bridge.request("POST", location + "/report", report, site)[0], 429)
            self.assertEqual(bridge.request("POST", location + "/report", report, bridge.key("hub"))[0], 403)
            time.sleep(0.6)
            self.assertEqual(bridge.request("POST", location + "/report", {**report, "decodeFps": "x"}, site)[0], 422)
            events = Events(bridge, technician)
            for _ in range(4):
                now = events.next("figures")["sites"][1]["figures"]
                if now["client_decode_fps"] is not None:
                    break
            self.assertEqual((now["client_decode_fps"], now["client_buffer_ms"]), (14.5, 90))
            events.close()


if __name__ == "__main__":
    unittest.main()
