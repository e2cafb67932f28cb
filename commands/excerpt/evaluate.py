#!/usr/bin/env python3
"""Measures `logbot excerpt` on a corpus of labelled logs and holds a ratchet.

  evaluate.py LOGBOT CORPUS [--folds DIR] [--ratchet FILE [--raise]] [--modes M,M] [--jobs N] [--json FILE]

CORPUS holds folders with log.txt and expect.json, and eval.py, whose metric, line
form and budget (20 lines, 2,900 characters) are used here. DIR holds what the
trainer wrote: each log is read with the ranker that was learned from the other
folds, so that no figure is of a log that was learned from. Printed are hit, solid,
precision, whether the reason is right, and one of three, by source and form, and
hit in the best 8 lines; each as mean over logs and over repositories. Ends with 1
when a figure of the ratchet file falls.
"""
import argparse, collections, concurrent.futures as futures, importlib.util, json, os, subprocess, sys

LINES, SHORT, CHARS, REASONS = 20, 8, 2900, 3
SURE = 55  # from this confidence on a reason is asserted
BASELINES = {
    "tail": "tail -n 20",
    "keyword tail": "grep -iE 'error|fail|exception|fatal' | tail -n 20",
    "step tail": "awk '{ line[NR % 20] = $0 } /exited with [1-9]|exited with status [1-9]|##\\[error\\]|Finished: FAILURE|"
                 "marked build as failure|BUILD FAIL|make: \\*\\*\\*/ { exit } END { for (i = NR - 19; i <= NR; i++) if (i > 0) print line[i % 20] }'",
}
# name: (form of the log, options, lines that count)
MODES = {
    "bare": ("none", [], LINES),
    "bare, from the end": ("none", ["--from-end", "--page", "1000"], LINES),
    "CodeArts form": ("codearts", [], LINES),
    "CodeArts form, from the end": ("codearts", ["--from-end", "--page", "1000"], LINES),
    "prefixed": ("prefixed", [], LINES),
    "bare, 8 lines": ("none", ["-n", str(SHORT)], SHORT),
}
FIGURES = ["hit", "solid", "precision", "reason", "of three"]


def evaluator(corpus):
    spec = importlib.util.spec_from_file_location("evaluator", os.path.join(corpus, "eval.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(command, data):
    return subprocess.run(command, shell=isinstance(command, str), input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=300).stdout.decode("utf8", "replace")


def printed(lines):
    return "".join("%d: %s\n" % (l["number"], l["text"]) for l in lines)


def measure(ev, a, ranker, folder):
    """All figures of one log: {mode: score}."""
    entry, text = ev.load(folder)
    scores = {}
    for mode in a.modes:
        wrap, options, count = MODES[mode]
        if wrap != "none" and entry["source"] == "codearts":
            continue
        data = ev.wrap(text, wrap).encode()
        found = json.loads(run([a.logbot, "excerpt", "--json"] + options + ranker(entry["id"]), data))
        score = ev.score(entry, text, printed(found["lines"]), count, CHARS)
        if score is None:
            return entry, {}
        reasons = found.get("reasons") or [l for l in [found["reason"]] if l["number"]]
        score["reason"] = ev.score(entry, text, printed(reasons[:1]), 1, CHARS)["hit"]
        score["of three"] = ev.score(entry, text, printed(reasons[:REASONS]), REASONS, CHARS)["hit"]
        score["confidence"] = found.get("confidence", 100)
        score["pages"] = found.get("pages", 0)
        scores[mode] = score
    if a.baselines:
        for method, command in BASELINES.items():
            scores[method] = dict(ev.score(entry, text, run(command, text.encode()), LINES, CHARS), **{"reason": 0, "of three": 0})
    return entry, scores


def means(results, mode, key, group):
    """The mean over logs, and over repositories."""
    groups = collections.defaultdict(list)
    for entry, scores in results:
        if mode in scores:
            groups[group(entry)].append(scores[mode][key])
    every = [v for values in groups.values() for v in values]
    if not every:
        return None
    return sum(every) / len(every), sum(sum(v) / len(v) for v in groups.values()) / len(groups)


def row(name, results, mode, group):
    cells = [means(results, mode, key, group) for key in FIGURES]
    if cells[0]:
        print("%-18s %4d  %-28s %s" % (name[:18], sum(mode in s for _, s in results), mode, "  ".join("%.3f/%.3f" % c for c in cells)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("logbot")
    parser.add_argument("corpus")
    parser.add_argument("--folds", help="folder of the trainer; without it the ranker of the program is used, which has seen all logs")
    parser.add_argument("--ratchet")
    parser.add_argument("--raise", dest="lift", action="store_true", help="write the figures that rose into the ratchet file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--modes", type=lambda s: s.split(";"), default=list(MODES))
    parser.add_argument("--baselines", action="store_true")
    parser.add_argument("--json", help="write the figures of each log")
    a = parser.parse_args()
    if not os.path.exists(os.path.join(a.corpus, "eval.py")):
        sys.exit("No corpus of labelled logs at %s; set CORPUS to the folder that holds eval.py and the logs." % a.corpus)
    ev = evaluator(a.corpus)
    folds, groups = {}, {}
    if a.folds:
        with open(os.path.join(a.folds, "folds.json")) as f, open(os.path.join(a.folds, "groups.json")) as g:
            folds, groups = json.load(f), json.load(g)
    folders = sorted(r for r, _, files in os.walk(a.corpus) if {"log.txt", "expect.json"} <= set(files))

    def ranker(log):
        return ["--ranker", os.path.join(a.folds, "%d.json" % folds[log])] if a.folds else []

    def group(entry):
        return groups.get(entry["id"], entry["id"])

    with futures.ThreadPoolExecutor(a.jobs) as pool:
        results = [r for r in pool.map(lambda d: measure(ev, a, ranker, d), folders) if r[1]]

    print("%-18s %4s  %-28s %s" % ("mean over logs/over repositories", "", "", "  ".join("%-11s" % k for k in FIGURES)))
    sources = collections.defaultdict(list)
    for r in results:
        sources[r[0]["source"]].append(r)
    for name in sorted(sources):
        for mode in a.modes:
            row(name, sources[name], mode, group)
    for mode in a.modes + (list(BASELINES) if a.baselines else []):
        row("ALL", results, mode, group)
    first = a.modes[0]
    for sure in (True, False):
        some = [s[first] for _, s in results if first in s and (s[first]["confidence"] >= SURE) == sure]
        if some:
            print("%s of the reason in %d logs (%s): right %.3f, one of three %.3f" % ("sure" if sure else "not sure", len(some), first,
                  sum(s["reason"] for s in some) / len(some), sum(s["of three"] for s in some) / len(some)))
    for mode in a.modes:
        pages = sorted(s[mode]["pages"] for _, s in results if mode in s)
        if pages and pages[-1]:
            print("%s: pages read: median %d, most %d" % (mode, pages[len(pages) // 2], pages[-1]))
    if a.json:
        with open(a.json, "w") as f:
            json.dump([{"id": e["id"], "source": e["source"], **s} for e, s in results], f, indent=0)

    now = {}
    for mode in a.modes:
        for key in FIGURES:
            both = means(results, mode, key, group)
            if both:
                now["%s: %s over logs" % (mode, key)], now["%s: %s over repositories" % (mode, key)] = (round(v, 3) for v in both)
    if a.ratchet:
        held = {}
        if os.path.exists(a.ratchet):
            with open(a.ratchet) as f:
                held = json.load(f)
        fell = {k: (v, now.get(k, 0.0)) for k, v in held.items() if k.split(": ")[0] in a.modes and now.get(k, 0.0) < v}
        for k, (before, after) in fell.items():
            print("FELL  %s: %.3f -> %.3f" % (k, before, after))
        if a.lift:
            with open(a.ratchet, "w") as f:
                json.dump(held | {k: max(v, held.get(k, 0.0)) for k, v in now.items()}, f, indent=1)
                f.write("\n")
        if fell:
            sys.exit(1)


if __name__ == "__main__":
    main()
