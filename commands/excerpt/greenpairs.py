#!/usr/bin/env python3
"""Measures what the last log that succeeded is worth to `logbot excerpt --green`.

  greenpairs.py LOGBOT

Small projects are built in a temporary folder by the tools of this machine, once
healthy and once broken, with the noise of real builds in both. A pair says by
regular expressions which lines of the broken log are wanted (the reason) and which
are their context. Printed are, without and with --green: hit (a wanted line is in
the excerpt), solid (half of the wanted lines are, as far as 20 lines can hold them),
precision (share of the excerpt that is wanted or context), whether the line of
--reason is wanted, and how many lines of the excerpt the healthy log has too. Tools
that are missing are named. Thirty further pairs are in the CodeArts form
(greenpairs_codearts.py); of the third of them that is held out only means are printed,
and nothing may be tuned on it. Ends with 1 if a mean with --green is worse than without,
or if hit is below .97 or precision below .55.
"""
import collections, json, os, re, shutil, subprocess, sys, tempfile

import greenpairs_codearts as more

LINES = 20
Pair = collections.namedtuple("Pair", "name tools command files broken want context")


def each(n, text, join="\n"):
    """text n times, @ standing for the number."""
    return join.join(text.replace("@", str(i)) for i in range(1, n + 1))


GO = {"go.mod": "module shop\n\ngo 1.21\n"}
GO_TEST = 'package shop\n\nimport (\n\t"errors"\n\t"log"\n\t"testing"\n)\n\nvar errGone = errors.New("connection reset by peer")\n\n' + each(
    80, 'func TestOrder@(t *testing.T) {\n\tlog.Printf("ERROR simulated: order @ failed: %v", errGone)\n\tt.Log("retry @ after error")\n\tif Total(@) != @*9 {\n'
    '\t\tt.Errorf("Total(@) = %d, want %d", Total(@), @*9)\n\t}\n}\n')
GO_PANIC = 'package shop\n\nimport (\n\t"fmt"\n\t"os"\n\t"runtime/debug"\n\t"testing"\n)\n\n' + each(
    25, 'func TestRecovers@(t *testing.T) {\n\tdefer func() { fmt.Fprintln(os.Stderr, "panic:", recover()); debug.PrintStack() }()\n'
    '\tif Price("apple") == 3 {\n\t\tpanic("simulated failure @")\n\t}\n}\n')
GO_PRICE = 'package shop\n\ntype item struct{ cents int }\n\nvar items = map[string]*item{"apple": {3}%s}\n\nfunc Price(name string) int { return items[name].cents }\n'
GO_SCRIPT = """rc=0
for i in $(seq 90); do echo "warning: asset img_$i.png is not optimised" >&2; done
cat lint.cfg || echo "lint.cfg is missing, defaults are used"
go vet ./... && go build -o app ./... || rc=1
rm app.old; kill -0 99999999; tar -xf cache.tar
for i in $(seq 30); do echo "ERROR: cannot upload metric $i: no endpoint (ignored)"; done
echo "build ends"
exit $rc
"""
GO_MAIN = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tname := "shop"\n\tfmt.Printf("%s started\\n", name)\n}\n'
C_FILE = "#include <stdio.h>\nint part@(int n) {\n    int unused_@ = n;\n    unsigned limit = 7;\n    if (n < limit) printf(\"%d\\n\", (long) n);\n    return n;\n}\n"
MAKE = "OBJ = " + each(24, "p@.o", " ") + " main.o\nCFLAGS = -Wall -Wextra\napp: $(OBJ)\n\t$(CC) -o $@ $(OBJ)\n\t-rm app.old\n\t-false\n"
C = {"Makefile": MAKE, "main.c": "int part7(int);\nint main(void) { return part7(0); }\n", **{"p%d.c" % i: C_FILE.replace("@", str(i)) for i in range(1, 25)}}
CARGO = {"Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n'}
RUST = "pub fn total(n: u32) -> u32 { n * 9 }\n" + each(25, "fn old_@(a: u32) { let b = 1; }") + "\n"
RUST_TEST = RUST + "#[cfg(test)]\nmod tests {\n    use super::*;\n" + each(
    30, '    #[test]\n    #[should_panic]\n    fn refuses_@() { eprintln!("error: simulated outage @"); panic!("no stock for @"); }\n    #[test]\n'
    "    fn totals_@() { assert_eq!(total(@), @ * 9, \"total of @\"); }") + "\n}\n"
NODE_TEST = "const test = require('node:test'), assert = require('node:assert'), { total } = require('./shop.js');\n" + each(
    30, "test('order @ survives an outage', () => { console.error(new Error('simulated outage @')); console.error('ERROR: order @ failed, retry'); });\n"
    "test('total of @', () => { assert.strictEqual(total(@), @ * 9); });")
PY_SHOP = "RATES = {'CN': 13, 'DE': 19%s}\n\ndef tax(country, cents):\n    return cents * RATES[country] // 100\n"
PY_TEST = "import logging, unittest, warnings\nfrom shop import tax\nlogging.basicConfig(format='%(levelname)s %(name)s: %(message)s')\n\nclass Orders(unittest.TestCase):\n" + each(
    30, "    def test_outage_@(self):\n        try:\n            raise ConnectionError('simulated outage @')\n        except ConnectionError:\n"
    "            logging.exception('order @ failed')\n") + "\n    def test_tax_in_france(self):\n        self.assertEqual(tax('FR', 500), 100)\n\nif __name__ == '__main__':\n    unittest.main(verbosity=2)\n"
PERL_TEST = "use strict; use warnings; use Test::More; require './Shop.pl';\n" + each(
    40, "diag('ERROR simulated: order @ failed: connection refused'); ok(1, 'order @ retried');\nTODO: { local $TODO = 'rounding'; is(total(@), 0, 'rounding of @'); }\n"
    "is(total(@), 9 * @, 'total of @');") + "\ndone_testing();\n"
JAVA_OLD = "import java.util.*;\nclass Old@ {\n    List names = new ArrayList();\n    void add() { names.add(\"x\"); new Integer(@); Thread.currentThread().stop(); }\n}\n"
JAVA = {"Old%d.java" % i: JAVA_OLD.replace("@", str(i)) for i in range(1, 16)}
JAVA_RUN = """import java.util.*;
class Shop {
    static void send(int n) { throw new IllegalStateException("simulated outage " + n); }
    static String endpoint(Properties p) { return Objects.requireNonNull(p.getProperty("%s"), "shop.endpoint is not set").trim(); }
    public static void main(String[] args) {
        for (int i = 0; i < 30; i++) {
            try { send(i); } catch (IllegalStateException e) { System.err.println("ERROR order " + i + " failed, it is sent again"); e.printStackTrace(); }
        }
        Properties p = new Properties();
        p.setProperty("shop.endpoint", "local");
        System.out.println("endpoint " + endpoint(p));
    }
}
"""
RETRY = """fetch() { for try in 1 2 3; do echo "fetch $1, try $try"; [ $try -ge %s ] && return 0; cat "mirror$try/$1"; echo "ERROR: fetch of $1 failed (exit code 1)"; done; echo "ERROR: gave up on $1 after 3 tries"; return 1; }
for i in $(seq 60); do echo "layer $i: Already exists"; echo "WARN: layer $i has no checksum" >&2; done
for p in base.tar libs.tar docs.tar; do fetch $p || exit 1; done
"""
PACK = RETRY % 3 + """mkdir -p dist %s
cp %s dist/app.bin; rc=$?
python3 -c 'raise SystemExit("error: telemetry is off")'
for i in $(seq 25); do echo "cleanup: error: cannot stop service $i: not running"; done
exit $rc
"""
GATE = """for i in $(seq 120); do echo "scan file_$i.c: error-prone pattern ignored by rule $i"; done
critical=%d
echo "ERROR pattern list is 40 days old"
echo "critical findings: $critical"
[ $critical -eq 0 ]; rc=$?
for i in $(seq 30); do echo "report part $i written, errors: 0"; done
exit $rc
"""
WAIT = """for i in $(seq 80); do echo "migration $i is up to date"; done
for try in 1 2 3; do echo "wait for the database, try $try"; [ $try -ge %d ] && ok=1 && break; echo "ERROR: database on port 5432 refused the connection"; done
for i in $(seq 12); do echo "container $i stopped"; done
[ "$ok" ]
"""
POM = "<project><modelVersion>4.0.0</modelVersion><groupId>shop</groupId><artifactId>shop</artifactId><version>1</version></project>\n"

PAIRS = [
    Pair("go test", ["go"], "go test -count=1 -v ./...", {**GO, "a_test.go": GO_TEST, "a.go": "package shop\n\nfunc Total(n int) int { return n * 9 }\n"},
         {"a.go": "package shop\n\nfunc Total(n int) int {\n\tif n == 33 {\n\t\treturn 300\n\t}\n\treturn n * 9\n}\n"},
         [r"Total\(33\) = 300, want 297"], [r"--- FAIL: TestOrder33", r"RUN +TestOrder33$", r"order 33 ", r"retry 33 ", r"^FAIL"]),
    Pair("go panic", ["go"], "go test -count=1 -v ./...", {**GO, "a_test.go": GO_PANIC + 'func TestPear(t *testing.T) { Price("pear") }\n', "a.go": GO_PRICE % ', "pear": {4}'},
         {"a.go": GO_PRICE % ""}, [r"nil pointer dereference"], [r"--- FAIL", r"SIGSEGV", r"^FAIL", r"TestPear", r"a\.go:7", r"shop\.Price"]),
    Pair("go build", ["go", "bash"], "bash build.sh", {**GO, "build.sh": GO_SCRIPT, "main.go": GO_MAIN}, {"main.go": GO_MAIN.replace("name)", "title)")},
         [r"main\.go:\d+:\d+: undefined: title"], [r"# shop", r"declared and not used"]),
    Pair("go vet", ["go", "bash"], "bash build.sh", {**GO, "build.sh": GO_SCRIPT, "main.go": GO_MAIN}, {"main.go": GO_MAIN.replace("%s", "%d")},
         [r"main\.go:\d+:\d+: .*format %d"], [r"# (\[)?shop"]),
    Pair("make compile", ["make", "gcc"], "make -k CC=gcc", C, {"p9.c": C_FILE.replace("@", "9").replace("return n;", "return total;")},
         [r"error: .total. undeclared"], [r"^p9\.c", r"p9\.o", r"return total", r"^ +\| +\^~+$", r"not remade because of errors", r"note: each undeclared"]),
    Pair("make link", ["make", "gcc"], "make CC=gcc", C, {"p7.c": C_FILE.replace("@", "70")},
         [r"undefined reference to .part7"], [r"in function .main", r"ld returned 1", r"\[Makefile:4: app\] Error 1", r"gcc .*-o app"]),
    Pair("cargo test", ["cargo"], "cargo test --offline --lib -- --nocapture --test-threads=1", {**CARGO, "src/lib.rs": RUST_TEST},
         {"src/lib.rs": RUST_TEST.replace("{ n * 9 }", "{ if n == 21 { 180 } else { n * 9 } }")},
         [r"total of 21", r"^ *(left: 180|right: 189)", r"tests::totals_21'.* panicked"], [r"totals_21", r"test result: FAILED", r"test failed", r"^failures:", r"RUST_BACKTRACE"]),
    Pair("cargo build", ["cargo"], "cargo build --offline", {**CARGO, "src/lib.rs": RUST}, {"src/lib.rs": RUST.replace("{ n * 9 }", '{ "n" }')},
         [r"error\[E0308\]", r"expected `u32`, found `&"], [r"--> src/lib\.rs:1:", r"^1 \|", r"could not compile", r"rustc --explain", r"due to 1 previous"]),
    Pair("node test", ["node"], "node --test --test-reporter=spec", {"shop.test.js": NODE_TEST, "shop.js": "exports.total = n => n * 9;\n"},
         {"shop.js": "exports.total = n => n === 12 ? 100 : n * 9;\n"},
         [r"Expected values to be strictly equal", r"100 !== 108"], [r"total of 12", r"AssertionError", r"failing tests", r"shop\.test\.js:\d+", r"(actual|expected): 10", r"ERR_ASSERTION", r"fail 1", r"operator:", r"generatedMessage"]),
    Pair("python unittest", ["python3"], "python3 test_shop.py", {"test_shop.py": PY_TEST, "shop.py": PY_SHOP % ", 'FR': 20"}, {"shop.py": PY_SHOP % ""},
         [r"KeyError: 'FR'"], [r"test_tax_in_france", r"RATES\[country\]", r"~~\^", r"shop\.py", r"tax\('FR'", r"FAILED \(errors", r"^Traceback"]),
    Pair("perl prove", ["prove"], "prove -v shop.t", {"shop.t": PERL_TEST, "Shop.pl": "sub total { 9 * $_[0] }\n1;\n"}, {"Shop.pl": "sub total { $_[0] == 17 ? 150 : 9 * $_[0] }\n1;\n"},
         [r"got: '150'", r"Failed test 'total of 17'", r"expected: '153'"], [r"not ok \d+ - total of 17$", r"Failed 1", r"Failed test: ", r"at shop\.t line", r"Wstat", r"Looks like you failed", r"Result: FAIL", r"order 17 "]),
    Pair("javac", ["javac"], "javac -Xlint:all -Xmaxwarns 400 *.java", {**JAVA, "Shop.java": "class Shop { int total(int n) { return n * 9; } }\n"},
         {"Shop.java": "class Shop { int total(int n) { return m * 9; } }\n"}, [r"Shop\.java:1: error: cannot find symbol"], [r"symbol: +variable m", r"location: class Shop", r"return m", r"^ +\^$", r"1 error"]),
    Pair("java run", ["java"], "java Shop.java", {"Shop.java": JAVA_RUN % "shop.endpoint"}, {"Shop.java": JAVA_RUN % "shop.url"},
         [r"NullPointerException: shop\.endpoint is not set"], [r"Shop\.endpoint", r"requireNonNull", r"Shop\.main\(Shop\.java:11\)"]),
    Pair("bash copy", ["bash", "python3"], "bash pack.sh", {"pack.sh": PACK % ("build; touch build/app", "build/app")}, {"pack.sh": PACK % ("", "build/app")},
         [r"cp: cannot stat 'build/app'"], []),
    Pair("bash retry", ["bash"], "bash fetch.sh", {"fetch.sh": RETRY % 3 + "echo done"}, {"fetch.sh": RETRY % '$([ $1 = libs.tar ] && echo 9 || echo 3)'},
         [r"gave up on libs\.tar"], [r"fetch (of )?libs\.tar", r"mirror\d/libs"]),
    Pair("bash old words", ["bash"], "bash wait.sh", {"wait.sh": WAIT % 2}, {"wait.sh": WAIT % 9}, [r"ERROR: database on port 5432"], [r"wait for the database"]),
    Pair("bash gate", ["bash"], "bash gate.sh", {"gate.sh": GATE % 0}, {"gate.sh": GATE % 3}, [r"critical findings: 3"], []),
    Pair("maven", ["mvn", "javac"], "mvn -o -B compile", {"pom.xml": POM, "src/main/java/A.java": "class A {}\n"}, {"src/main/java/A.java": "class A { B b; }\n"},
         [r"A\.java.*cannot find symbol"], [r"symbol:", r"location:", r"COMPILATION ERROR", r"BUILD FAILURE"]),
]


# The pairs in the CodeArts form.
WRAPPED = [Pair(name, ["bash"] + tools.split(), "bash ci.sh", {**files, "ci.sh": more.script(before, tool, behind)}, broken, want, context)
           for name, tools, before, tool, behind, files, broken, want, context in more.ROWS]


def build(pair, folder, files):
    """The log of the pair's command in folder, emptied and filled with files, and its exit status."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        if path.endswith(".sh"):
            os.chmod(path, 0o755)
    env = {**os.environ, "LC_ALL": "C", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(pair.command, shell=True, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    return done.stdout.decode("utf8", "replace"), done.returncode


STAMP = re.compile(r"^\[\d{4}/\d\d/\d\d [\d:.]+ GMT\+08:00\] ")


def bare(line):
    """A line without stamp, colours and white space, each number as 0."""
    return re.sub(r"\d+", "0", re.sub(r"\s+", "", re.sub(r"\x1b\[[0-9;]*m", "", STAMP.sub("", line))))


def score(pair, red, green, found):
    """The figures of one excerpt; a line counts when it has four letters or digits."""
    says = lambda patterns, line: any(re.search(p, line) for p in patterns)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", STAMP.sub("", l.rstrip("\r"))) for l in red.split("\n")]
    wanted = {bare(l) for l in lines if says(pair.want, l)}
    shown = [l for l in (lines[f["number"] - 1] for f in found["lines"]) if len(re.findall(r"[^\W_]", l)) >= 4]
    got = {bare(l) for l in shown if says(pair.want, l)}
    old = {bare(l) for l in green.split("\n")}
    good = sum(says(pair.want + pair.context, l) for l in shown)
    return {"hit": float(bool(got)), "solid": float(len(got) >= min(len(wanted), LINES) / 2), "precision": good / max(1, len(shown)),
            "reason": float(says(pair.want, lines[found["reason"]["number"] - 1])), "in green": float(sum(bare(l) in old for l in shown)),
            "lines": float(len(shown))}


def measure(logbot, pair, folder):
    """The scores without and with the green log, or a sentence that says why there are none."""
    missing = [t for t in pair.tools if not shutil.which(t)]
    if missing:
        return "skipped, not installed: " + ", ".join(missing)
    green, status = build(pair, folder, pair.files)
    if status:
        return "skipped, the healthy build ends with %d: %s" % (status, (green.strip().split("\n") or [""])[-1][:90])
    red, status = build(pair, folder, {**pair.files, **pair.broken})
    if not status or not any(re.search(p, l) for p in pair.want for l in red.split("\n")):
        sys.exit("%s: the broken build ends with %d and does not say the reason:\n%s" % (pair.name, status, red[-1500:]))
    if pair in WRAPPED:
        green, red = more.codearts(green, 0, 36000), more.codearts(red, status, 50400)
    logs = []
    for name, text in (("red.log", red), ("green.log", green)):
        logs.append(os.path.join(folder, name))
        with open(logs[-1], "w") as f:
            f.write(text)
    scores = [len(red.split("\n"))]
    for options in ([], ["--green", logs[1]]):
        out = subprocess.run([logbot, "excerpt", "--json", "-n", str(LINES)] + options + [logs[0]], stdout=subprocess.PIPE, check=True).stdout
        scores.append(score(pair, red, green, json.loads(out)))
    return scores


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    keys = ("hit", "solid", "precision", "reason", "lines", "in green")
    show = lambda name, n, values: print("%-16s %5d  %s" % (name, n, "  ".join("%7.2f -> %6.2f" % v for v in values)), flush=True)
    print("%-16s %5s  %s" % ("", "lines", "  ".join("%-17s" % k for k in keys)) + "\n%-23s" % "" + " ".join("without    with  " for _ in keys))
    groups = [("MEAN, bare", PAIRS, True), ("MEAN, CodeArts", [p for p in WRAPPED if p.name not in more.HELD_OUT], True),
              ("MEAN, held out", [p for p in WRAPPED if p.name in more.HELD_OUT], False)]
    worse = []
    with tempfile.TemporaryDirectory() as top:
        for title, pairs, each_shown in groups:
            measured = []
            for pair in pairs:
                found = measure(os.path.abspath(sys.argv[1]), pair, os.path.join(top, pair.name.replace(" ", "-")))
                if isinstance(found, str):
                    print("%-16s %s" % (pair.name, found))
                    continue
                measured.append(found[1:])
                if each_shown:
                    show(pair.name, found[0], [(found[1][k], found[2][k]) for k in keys])
            means = [tuple(sum(m[i][k] for m in measured) / len(measured) for i in (0, 1)) for k in keys]
            show(title, len(measured), means)
            if any(after < before for before, after in means[:4]) or means[0][1] < .97 or means[2][1] < .55:
                worse.append(title)
    if worse:
        sys.exit("with --green worse than without, or below the aim: " + ", ".join(worse))


if __name__ == "__main__":
    main()
