# tests/config/test_monitoring.py - the alarms and the dashboard for Prometheus and Grafana ask for metrics that there are.
#
# Where promtool is installed, it checks the alarms and the dashboard's queries, and runs the alarms' own tests, too.
# Usage: test_monitoring.py CONFIG_DIRECTORY
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

directory = os.path.abspath(sys.argv[1])
NAME = re.compile(r"\bdiemcau_[a-z_]+")


def read(name):
    with open(os.path.join(directory, name), encoding="utf-8") as f:
        return f.read()


types = dict(re.findall(r"^\| `(diemcau_\w+)` \| (gauge|counter|histogram) ", read("metrics.md"), re.M))
known = set(types)
for name, kind in types.items():
    if kind == "histogram":
        known |= {name + suffix for suffix in ("_bucket", "_sum", "_count")}


def asks_for_what_there_is(text, least):
    names = set(NAME.findall(text))
    assert len(names) >= least, names
    assert names <= known, names - known


def alarms_ask_for_metrics_that_there_are():
    text = read("alert-rules.yml")
    asks_for_what_there_is(text, 10)
    assert len(re.findall(r"^\s+- alert: ", text, re.M)) == len(re.findall(r"^\s+for: ", text, re.M)), "an alarm without a hold time"


def every_alarm_is_tested():
    alarms = set(re.findall(r"- alert: (\w+)", read("alert-rules.yml")))
    expected = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts: \[\{", read("alert-rules.test.yml")))
    assert alarms == expected, alarms ^ expected


dashboard = json.loads(read("grafana-dashboard.json"))
queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
choices = [variable["query"] for variable in dashboard["templating"]["list"] if variable["type"] == "query"]


def dashboard_asks_for_metrics_that_there_are():
    asks_for_what_there_is("\n".join(queries), 15)
    asks_for_what_there_is("\n".join(choices), 1)
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert all(panel["targets"] for panel in dashboard["panels"]), "a panel without a query"
    for query in queries:
        for name in NAME.findall(query):
            assert not name.endswith("_total") or "rate(" in query, query


def promtool_finds_no_fault():
    promtool = shutil.which("promtool")
    if promtool is None:
        return "promtool is not installed"
    for arguments in (["check", "rules", "alert-rules.yml"], ["test", "rules", "alert-rules.test.yml"]):
        subprocess.run([promtool, *arguments], cwd=directory, check=True, stdout=sys.stderr)
    # Queries are checked as rules, which promtool reads from a file alone; YAML takes JSON.
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        rules = [{"record": f"query:{i}", "expr": query} for i, query in enumerate(queries)]
        json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, f)
        f.flush()
        subprocess.run([promtool, "check", "rules", f.name], check=True, stdout=sys.stderr)


CASES = [alarms_ask_for_metrics_that_there_are, every_alarm_is_tested, dashboard_asks_for_metrics_that_there_are, promtool_finds_no_fault]
print(f"1..{len(CASES)}")
for i, case in enumerate(CASES, 1):
    try:
        skipped = case()
        print(f"ok {i} {case.__name__}" + (f" # SKIP {skipped}" if skipped else ""))
    except (AssertionError, subprocess.CalledProcessError, ValueError) as fault:
        print(f"not ok {i} {case.__name__}: {fault}".replace("\n", " "))
