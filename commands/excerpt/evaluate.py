#!/usr/bin/env python3
"""Measures `logbot excerpt` on a corpus of labelled logs and holds a ratchet.

  evaluate.py LOGBOT CORPUS [--ratchet FILE [--raise]] [--jobs N]

CORPUS holds folders with log.txt and expect.json, and eval.py, whose metric, line
form and budget (20 lines, 2,900 characters) are used here. Printed are hit, solid
and precision by source and by toolchain, for the whole log and for pages read from
its end, bare and in both CodeArts forms, beside three baselines. A third of the
logs, by hash of repository or tool, is what rules are not tuned on ("held back").
Ends with 1 when a figure of the ratchet file falls.
"""
import argparse, collections, concurrent.futures as futures, hashlib, importlib.util, json, os, re, subprocess, sys

LINES, CHARS = 20, 2900
BASELINES = {
    "tail": "tail -n 20",
    "keyword tail": "grep -iE 'error|fail|exception|fatal' | tail -n 20",
    "step tail": "awk '{ line[NR % 20] = $0 } /exited with [1-9]|exited with status [1-9]|##\\[error\\]|Finished: FAILURE|"
                 "marked build as failure|BUILD FAIL|make: \\*\\*\\*/ { exit } END { for (i = NR - 19; i <= NR; i++) if (i > 0) print line[i % 20] }'",
}
MODES = [("bare", "none"), ("codearts", "codearts"), ("prefixed", "prefixed")]


def evaluator(corpus):
    spec = importlib.util.spec_from_file_location("evaluator", os.path.join(corpus, "eval.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def held_back(entry):
    """Whether rules may not be tuned on this log: all logs of a repository or tool, or none."""
    group = {"logchunks": "/".join(entry["origin"].split("/")[:2]), "produced": entry["toolchain"],
             "cidiff": re.sub(r"[-_]?\d+$", "", entry["id"])}.get(entry["source"], entry["id"])
    return int(hashlib.md5(group.encode()).hexdigest(), 16) % 3 == 0


def run(command, data):
    return subprocess.run(command, shell=isinstance(command, str), input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=300).stdout.decode("utf8", "replace")


def measure(ev, logbot, folder):
    """All figures of one log: {(mode, method): score}."""
    entry, text = ev.load(folder)
    scores = {}
    for mode, wrap in MODES:
        if wrap != "none" and entry["source"] == "codearts":
            continue
        data = ev.wrap(text, wrap).encode()
        for method, options in (("whole", []), ("from end", ["--from-end", "--page", "1000"])):
            found = json.loads(run([logbot, "excerpt", "--json"] + options, data))
            printed = "".join("%d: %s\n" % (l["number"], l["text"]) for l in found["lines"])
            score = ev.score(entry, text, printed, LINES, CHARS)
            if score is None:
                return entry, {}
            reason = "%d: %s\n" % (found["reason"]["number"], found["reason"]["text"])
            score["reason"] = ev.score(entry, text, reason, 1, CHARS)["hit"]
            score["pages"] = found.get("pages", 0)
            scores[mode, method] = score
        for method, command in BASELINES.items():
            scores[mode, method] = ev.score(entry, text, run(command, data), LINES, CHARS)
    return entry, scores


def mean(scores, key):
    return sum(s[key] for s in scores) / len(scores) if scores else 0.0


def row(name, results):
    methods = ["whole", "from end"] + list(BASELINES)
    for mode, _ in MODES:
        cells = []
        for method in methods:
            some = [s[mode, method] for _, s in results if (mode, method) in s]
            cells.append("/".join("%.2f" % mean(some, k) for k in ("hit", "solid", "precision")) if some else "-")
        first = mode == MODES[0][0]
        print("%-18s %4s %-8s %s" % (name[:18] if first else "", len(results) if first else "", mode,
                                     " ".join("%-14s" % c for c in cells).rstrip()))


def figures(results):
    """What the ratchet holds."""
    out = {}
    for name, some in (("all", results), ("tuned", [r for r in results if not held_back(r[0])]),
                       ("held back", [r for r in results if held_back(r[0])]),
                       ("produced", [r for r in results if r[0]["source"] == "produced"])):
        for mode, _ in MODES:
            for method in ("whole", "from end"):
                scores = [s[mode, method] for _, s in some if (mode, method) in s]
                for key in ("hit", "solid", "precision", "reason"):
                    out["%s, %s, %s: %s" % (name, mode, method, key)] = round(mean(scores, key), 3)
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("logbot")
    parser.add_argument("corpus")
    parser.add_argument("--ratchet")
    parser.add_argument("--raise", dest="lift", action="store_true", help="write the figures that rose into the ratchet file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    a = parser.parse_args()
    if not os.path.exists(os.path.join(a.corpus, "eval.py")):
        sys.exit("No corpus of labelled logs at %s; set CORPUS to the folder that holds eval.py and the logs." % a.corpus)
    ev = evaluator(a.corpus)
    folders = sorted(r for r, _, files in os.walk(a.corpus) if {"log.txt", "expect.json"} <= set(files))
    with futures.ThreadPoolExecutor(a.jobs) as pool:
        results = [r for r in pool.map(lambda d: measure(ev, a.logbot, d), folders) if r[1]]

    print("hit/solid/precision")
    print("%-18s %4s %-8s %s" % ("", "logs", "form", " ".join("%-14s" % m for m in ["excerpt", "from the end"] + list(BASELINES)).rstrip()))
    for key in ("toolchain", "source"):
        groups = collections.defaultdict(list)
        for r in results:
            groups[r[0][key]].append(r)
        for name in sorted(groups):
            row(name, groups[name])
    row("TUNED", [r for r in results if not held_back(r[0])])
    row("HELD BACK", [r for r in results if held_back(r[0])])
    row("ALL", results)
    for mode, _ in MODES:
        some = [s[mode, "from end"] for _, s in results if (mode, "from end") in s]
        pages = sorted(s["pages"] for s in some)
        print("%-8s reason: hit %.3f; pages read from the end: median %d, most %d" %
              (mode, mean([s[mode, "whole"] for _, s in results if (mode, "whole") in s], "reason"), pages[len(pages) // 2], pages[-1]))

    now = figures(results)
    if a.ratchet:
        held = {}
        if os.path.exists(a.ratchet):
            with open(a.ratchet) as f:
                held = json.load(f)
        fell = {k: (v, now.get(k, 0.0)) for k, v in held.items() if now.get(k, 0.0) < v}
        for k, (before, after) in fell.items():
            print("FELL  %s: %.3f -> %.3f" % (k, before, after))
        if a.lift:
            with open(a.ratchet, "w") as f:
                json.dump({k: max(v, held.get(k, 0.0)) for k, v in now.items()}, f, indent=1)
                f.write("\n")
        if fell:
            sys.exit(1)


if __name__ == "__main__":
    main()
