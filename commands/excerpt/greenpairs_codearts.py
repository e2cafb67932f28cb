"""Thirty pairs of builds for greenpairs.py, made by real tools and put into the CodeArts form.

Each is a script with noise before and behind the tool, the same in both builds: tools
that fail without ending the build. A third is held out: nothing may be tuned on it, and
of its pairs only means are printed. Which those are was fixed by hash before the first
measurement.
"""
import hashlib

NOISE = {
    "curl": 'for i in 1 2 3; do curl -sS http://127.0.0.1:9/metrics/$i || echo "metric $i is not sent"; done\n',
    "git": "git describe --tags; git log -1 --format=%h\n",
    "files": "rm cache/a.lock cache/b.lock; tar -xf cache.tar; cat lint.cfg || echo 'lint.cfg is missing, defaults are used'\n",
    "trace": "python3 - <<'END'\nimport logging\nfor i in range(6):\n    try: [][i]\n    except IndexError: logging.exception('cannot warm cache %d, it is filled later', i)\nEND\n",
    "gcc": "for i in $(seq 8); do printf 'int old_%s(int n) { int unused; unsigned u = 7; return n < u; }\\n' $i > w$i.c; gcc -Wall -Wextra -c w$i.c; done\n",
    "psql": 'for i in 1 2; do psql -h 127.0.0.1 -p 9 -c "select 1" || echo "ERROR: no statistics database, try $i"; done\n',
    "node": "node -e 'for (let i = 0; i < 5; i++) try { require(\"./optional\" + i) } catch (e) { console.error(e) }'\n",
    "perl": "perl -we 'my $x; for (1 .. 12) { print \"item $_: \" . $x . \"\\n\" }'\n",
    "shellcheck": "printf '#!/bin/bash\\nfor f in $(ls); do cat $f | grep x; done\\ncd $1\\n' > legacy.sh; shellcheck legacy.sh || echo 'findings in legacy.sh are ignored'\n",
    "ruby": "ruby -we 'def a(b) c = 1; end\ndef a(b) d = 2; end\n5.times { |i| begin; nil.upcase; rescue => e; warn e.full_message(highlight: false); end }'\n",
    "php": "php -d display_errors=stderr -r 'for ($i = 0; $i < 6; $i++) { echo $rates[$i] ?? \"no rate $i\\n\"; echo $missing; }'\n",
    "yaml": "printf 'a:   1\\nb: [1,2]\\n' > old.yaml; yamllint old.yaml || echo 'old.yaml is not checked yet'\n",
    "echo": "for i in $(seq 40); do echo \"[ERROR] asset img_$i.png: no checksum (ignored)\"; done\nfor i in $(seq 20); do echo \"WARN retry $i of the mirror failed: timeout\" >&2; done\n",
    "kill": "kill -0 99999999; ls /no/such/folder; false || echo 'previous container is not running'\n",
    "tests": "python3 - <<'END' 2>&1\nimport unittest\nclass T(unittest.TestCase):\n    @unittest.expectedFailure\n    def test_rounding(self): self.assertEqual(1, 2, 'known defect')\n    @unittest.skip('error: no network')\n    def test_network(self): pass\nunittest.main(verbosity=2)\nEND\n",
}


def script(before, tool, behind):
    return "".join(NOISE[n] for n in before.split()) + tool + "\nrc=$?\n" + "".join(NOISE[n] for n in behind.split()) + "exit $rc\n"


def each(n, text, join="\n"):
    return join.join(text.replace("@", str(i)) for i in range(1, n + 1)) + "\n"


CMAKE = "cmake_minimum_required(VERSION 3.10)\nproject(shop C)\nmessage(WARNING \"the option OLD is deprecated\")\n%sadd_executable(shop " + each(9, "f@.c", " ").strip() + " main.c)\n"
C_FILES = {**{"f%d.c" % i: "int f%d(int n) { int unused; unsigned u = 7; return n < u; }\n" % i for i in range(1, 10)}, "main.c": "int f3(int);\nint main(void) { return f3(0); }\n"}
MESON = "project('shop', 'c')\nwarning('option old is deprecated')\n%sexecutable('shop', 'main.c', 'f3.c')\n"
PYTEST = "import logging, warnings\nfrom shop import total\n" + each(25, "def test_outage_@():\n    warnings.warn('rate @ is deprecated')\n    logging.error('order @ failed: simulated')\n    assert total(@) == @ * 9\n")
RUBY = "ITEMS = { 'apple' => 'A', %s }\n6.times { |i| begin; raise IOError, \"simulated #{i}\"; rescue IOError => e; warn e.full_message(highlight: false); end }\ndef label(name) = ITEMS[name].downcase\nputs label('apple'), label('pear')\n"
PHP = "<?php\nfunction price(int $cents): string { return number_format($cents / 100, 2); }\nfor ($i = 0; $i < 9; $i++) { try { throw new RuntimeException(\"simulated $i\"); } catch (RuntimeException $e) { fwrite(STDERR, \"ERROR handled: $e\\n\"); } }\necho price(%s), \"\\n\";\n"
XML = "<orders>\n" + each(20, "  <order id=\"@\"><total>9</total></order>") + "  <order id=\"99\"><total>9</%s></order>\n</orders>\n"
FORTRAN = each(9, "subroutine s@(n)\n integer n, unused\n n = n + 1\nend subroutine") + "program shop\n integer total\n total = 9\n call s3(%s)\n print *, total\nend program\n"
LUA = "local items = { apple = { cents = 3 }, %s }\nfor i = 1, 8 do print(xpcall(function() error('simulated ' .. i) end, debug.traceback)) end\nlocal function price(name) return items[name].cents end\nprint(price('apple'), price('pear'))\n"
BATS = "".join("@test \"order %d is retried\" {\n  echo 'ERROR: order %d failed, retry' >&3\n  true\n}\n" % (i, i) for i in range(1, 21)) + "@test \"total of the basket\" {\n  run ./total.sh 12\n  [ \"$output\" = 108 ]\n}\n"
CPP = "#include <map>\n#include <string>\n#include <cstdio>\n" + each(12, "static int old_@(int n) { int u; unsigned k = 7; return n < k; }") + "std::map<std::string, int> items;\nint main() { items[%s] = 3; std::printf(\"%%ld\\n\", items.size()); }\n"
GO_SLOW = "package shop\n\nimport (\n\t\"log\"\n\t\"testing\"\n)\n\nvar gate = make(chan int, 1)\n\n" + each(30, "func TestOrder@(t *testing.T) {\n\tlog.Printf(\"ERROR simulated timeout of order @\")\n}\n") + "\nfunc TestGate(t *testing.T) {\n\t%s\n\t<-gate\n}\n"
RUST = each(20, "fn old_@(a: u32) { let b = 1; }") + "fn total(orders: Vec<u32>) -> u32 { orders.iter().sum() }\nfn main() {\n    let orders = vec![3, 6];\n    let sum = total(orders%s);\n    println!(\"{} of {:?}\", sum, orders);\n}\n"
NODE = "for (let i = 0; i < 9; i++) console.error(new Error('simulated outage ' + i));\nconst rates = { CN: 13%s };\nconsole.log(rates['CN'].toFixed(2), rates['FR'].toFixed(2));\n"
JAVA = """import java.io.*;
class Shop {
    static void load(String path) {
        try (var in = new FileInputStream(path)) { System.out.println(in.read()); }
        catch (IOException e) { throw new IllegalStateException("cannot load the rates", e); }
    }
    public static void main(String[] args) {
        for (int i = 0; i < 9; i++) { try { load("cache/rates" + i + ".bin"); } catch (IllegalStateException e) { System.err.println("WARN cache " + i + " is cold"); e.printStackTrace(); } }
        load("conf/%s");
    }
}
"""
PY_CONF = "import json, logging\nfor i in range(9):\n    try: json.loads('')\n    except ValueError: logging.exception('cache %d is damaged and made again', i)\nconf = json.load(open('conf.json'))\nprint(conf['name'])\n"
SQL = "create table item (name text, price int);\n" + each(30, "insert into item values ('error log @', @);") + "select 'failed orders: 0';\nselect name from item where %s = 7;\n"
JQ = 'for i in $(seq 9); do echo "[$i" | jq . ; done\njq -e ".basket.items[0].price" basket.json'
TCL = "for {set i 0} {$i < 9} {incr i} { if {[catch {error \"simulated outage $i\"} why]} { puts stderr \"ERROR handled: $why\\n$errorInfo\" } }\nset total 9\nproc show {} { global total; puts \"total: $%s\" }\nshow\n"
HELM = {"chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n", "chart/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  rate: {{ .Values.shop.rates.cn | quote }}\n"}
TF = "variable \"region\" {\n  default = \"cn\"\n}\noutput \"place\" {\n  value = var.%s\n}\n"

# name, tools, noise before, the tool's command, noise behind, files, broken files, wanted, context
ROWS = [
    ("cmake configure", "cmake gcc ninja", "curl files echo", "cmake -G Ninja -S . -B out", "git kill", {**C_FILES, "CMakeLists.txt": CMAKE % ""}, {"CMakeLists.txt": CMAKE % "find_package(Zlog REQUIRED)\n"},
     [r"By not providing \"FindZlog", r"Could not find a package configuration file provided by \"Zlog\""], [r"CMake Error at CMakeLists", r"CMAKE_MODULE_PATH", r"Zlog", r"Configuring incomplete"]),
    ("cmake compile", "cmake gcc ninja", "git trace", "cmake -G Ninja -S . -B out -DCMAKE_C_FLAGS=-Wall && ninja -C out", "files echo", {**C_FILES, "CMakeLists.txt": CMAKE % ""}, {"f7.c": "int f7(int n) { struct order o; return o.total + n; }\n"},
     [r"error: storage size of .o. isn"], [r"f7\.c", r"^ *\d+ \| int f7", r"^ +\|  +\^", r"build stopped: subcommand failed", r"FAILED:"]),
    ("meson", "meson gcc ninja", "echo psql", "meson setup out", "curl gcc", {**C_FILES, "meson.build": MESON % ""}, {"meson.build": MESON % "dependency('zlog')\n"},
     [r"ERROR: Dependency .zlog. not found|ERROR: Dependency \"zlog\" not found"], [r"zlog", r"full log can be found"]),
    ("shellcheck gate", "shellcheck", "shellcheck files echo", "shellcheck -S warning deploy.sh", "kill curl", {"deploy.sh": "#!/bin/bash\nset -e\ncd /srv || exit 1\nrm -rf \"${TARGET:?}/old\"\n"}, {"deploy.sh": "#!/bin/bash\nset -e\ncd /srv || exit 1\nrm -rf \"$TARGET/\"*\nif [ $TARGET = x -a ]; then echo x; fi\n"},
     [r"SC1\d\d\d|SC2115"], [r"In deploy\.sh line", r"^rm -rf", r"^if \[ \$TARGET", r"\^-+", r"SC\d\d\d\d"]),
    ("pytest", "pytest-3", "trace curl", "pytest-3 -q -rA", "tests echo", {"test_shop.py": PYTEST, "shop.py": "def total(n): return n * 9\n"}, {"shop.py": "def total(n): return n * 9 if n != 14 else 120\n"},
     [r"assert 120 == \(14 \* 9\)"], [r"test_outage_14", r"where 120 = total\(14\)", r"1 failed, 24 passed", r"total\(14\)", r"order 14 failed", r"test_shop\.py:\d+: AssertionError"]),
    ("pytest import", "pytest-3", "tests files", "pytest-3 -q", "curl git", {"test_shop.py": PYTEST, "shop.py": "def total(n): return n * 9\n"}, {"shop.py": "from ledger import rate\ndef total(n): return n * 9\n"},
     [r"ModuleNotFoundError: No module named 'ledger'"], [r"ERROR collecting test_shop", r"ImportError while importing", r"from ledger", r"from shop import", r"shop\.py:1", r"ERROR test_shop\.py", r"Interrupted: 1 error"]),
    ("ruby run", "ruby", "ruby echo", "ruby shop.rb", "files perl", {"shop.rb": RUBY % "'pear' => 'P'"}, {"shop.rb": RUBY % "'peach' => 'P'"},
     [r"undefined method .downcase. for nil"], [r"shop\.rb:3:in", r"shop\.rb:4:in", r"ITEMS\[name\]", r"^ +\^+"]),
    ("ruby syntax", "ruby", "ruby git", "ruby -c shop.rb", "curl echo", {"shop.rb": RUBY % "'pear' => 'P'"}, {"shop.rb": (RUBY % "'pear' => 'P'").replace("ITEMS[name].downcase", "ITEMS[name.downcase")},
     [r"syntax error, unexpected"], [r"shop\.rb:\d+", r"\.\.\.", r"^ *\^"]),
    ("php run", "php", "php psql", "php -d display_errors=stderr shop.php", "kill echo", {"shop.php": PHP % "1200"}, {"shop.php": PHP % "'12 yuan'"},
     [r"Uncaught TypeError: price\(\)"], [r"shop\.php", r"Stack trace", r"thrown in"]),
    ("php lint", "php", "php files", "php -l shop.php", "tests git", {"shop.php": PHP % "1200"}, {"shop.php": (PHP % "1200").replace("(int $cents):", "(int $cents:")},
     [r"Parse error: *syntax error"], [r"Errors parsing shop\.php"]),
    ("xmllint", "xmllint", "yaml echo", "xmllint --noout orders.xml", "files curl", {"orders.xml": XML % "total"}, {"orders.xml": XML % "sum"},
     [r"Opening and ending tag mismatch"], [r"orders\.xml:\d+", r"</sum>", r"^ +\^"]),
    ("gfortran", "gfortran", "gcc git", "gfortran -Wall -Wextra -o shop shop.f90", "perl psql", {"shop.f90": FORTRAN % "total"}, {"shop.f90": FORTRAN % "'nine'"},
     [r"Error: Type mismatch in argument"], [r"shop\.f90:4\d", r"call s3", r"^ +1$"]),
    ("yamllint gate", "yamllint", "yaml shellcheck", "yamllint -d relaxed deploy.yaml", "echo files", {"deploy.yaml": "shop:\n  replicas: 3\n  image: shop:9\n"}, {"deploy.yaml": "shop:\n  replicas: 3\n image: shop:9\n"},
     [r"syntax error"], [r"deploy\.yaml", r"wrong indentation"]),
    ("lua", "lua5.4", "trace files", "lua5.4 shop.lua", "perl kill", {"shop.lua": LUA % "pear = { cents = 4 }"}, {"shop.lua": LUA % "peach = { cents = 4 }"},
     [r"attempt to index a nil value \(field '\?'\)"], [r"shop\.lua:3", r"shop\.lua:4", r"stack traceback", r"upvalue 'price'|local 'price'|function 'price'"]),
    ("bats", "bats", "echo git", "bats shop.bats", "curl trace", {"shop.bats": BATS, "total.sh": "#!/bin/bash\necho $(($1 * 9))\n"}, {"total.sh": "#!/bin/bash\necho $(($1 * 8))\n"},
     [r"not ok \d+ total of the basket|✗ total of the basket", r"\[ \"\$output\" = 108 \]. failed"], [r"in test file shop\.bats", r"21 tests, 1 failure"]),
    ("g++ template", "g++", "gcc curl", "g++ -Wall -Wextra -o shop shop.cpp", "files echo", {"shop.cpp": CPP % "\"pear\""}, {"shop.cpp": CPP % "std::map<int, int>()"},
     [r"error: no match for .operator\[\]."], [r"shop\.cpp", r"stl_map\.h", r"note: ", r"std::map<int, int>\(\)", r"mapped_type", r"^ +\|"]),
    ("g++ link", "g++", "gcc trace", "g++ -Wall -o shop main.cpp a.cpp b.cpp", "echo git", {"main.cpp": "int total();\nint main() { return total() - 9; }\n", "a.cpp": "int total() { return 9; }\n", "b.cpp": "int rate() { return 3; }\n"}, {"b.cpp": "int rate() { return 3; }\nint total() { return 8; }\n"},
     [r"multiple definition of .total"], [r"first defined here", r"ld returned 1"]),
    ("make rule", "make gcc", "kill gcc", "make -C . all", "psql echo", {"Makefile": "all: shop.o\nshop.o: shop.c\n\tgcc -Wall -c shop.c\n\t-rm old.o\n\t-false\n", "shop.c": "int main(void) { int unused; return 0; }\n"}, {"Makefile": "all: shop.o\nshop.o: shop.c config.h\n\tgcc -Wall -c shop.c\n\t-rm old.o\n\t-false\n"},
     [r"No rule to make target 'config\.h'"], []),
    ("go timeout", "go", "echo curl", "go test -count=1 -v -timeout 2s ./...", "git trace", {"go.mod": "module shop\n\ngo 1.21\n", "a_test.go": GO_SLOW % "gate <- 1"}, {"a_test.go": GO_SLOW % "_ = gate"},
     [r"panic: test timed out after 2s"], [r"running tests", r"TestGate", r"chan receive", r"a_test\.go:\d+", r"^FAIL"]),
    ("go module", "go", "files psql", "go vet ./... && go build ./...", "echo tests", {"go.mod": "module shop\n\ngo 1.21\n", "main.go": "package main\n\nfunc main() { println(9) }\n"}, {"main.go": "package main\n\nimport \"example.com/ledger\"\n\nfunc main() { println(ledger.Total()) }\n"},
     [r"main\.go:3:8: .*example\.com/ledger"], [r"main\.go:\d+", r"go get example\.com/ledger"]),
    ("cargo borrow", "cargo", "echo git", "cargo build --offline", "trace curl", {"Cargo.toml": "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n", "src/main.rs": RUST % ".clone()"}, {"src/main.rs": RUST % ""},
     [r"error\[E0382\]"], [r"src/main\.rs:2\d", r"orders", r"move occurs", r"value (moved|borrowed) here", r"could not compile", r"rustc --explain", r"help: consider", r"^note: "]),
    ("node type", "node", "node files", "node shop.js", "perl echo", {"shop.js": NODE % ", FR: 20"}, {"shop.js": NODE % ""},
     [r"TypeError: Cannot read properties of undefined"], [r"shop\.js:3", r"rates\['CN'\]", r"^ +\^$"]),
    ("node module", "node", "node curl", "node main.js", "node echo", {"main.js": "for (let i = 0; i < 5; i++) console.error(new Error('simulated ' + i));\nconsole.log(require('./price').total(3));\n", "price.js": "exports.total = n => n * 9;\n"}, {"main.js": "for (let i = 0; i < 5; i++) console.error(new Error('simulated ' + i));\nconsole.log(require('./prices').total(3));\n"},
     [r"Cannot find module '\./prices'"], [r"Require stack", r"main\.js:2", r"MODULE_NOT_FOUND", r"- /.*main\.js"]),
    ("java cause", "java", "files trace", "java Shop.java", "echo psql", {"Shop.java": JAVA % "rates.bin", "conf/rates.bin": "x"}, {"Shop.java": JAVA % "rates2026.dat"},
     [r"FileNotFoundException: conf/rates2026\.dat"], [r"Exception in thread", r"cannot load the rates", r"Shop\.(load|main)\(Shop\.java:(4|5|9)\)"]),
    ("python json", "python3", "tests git", "python3 conf.py", "trace curl", {"conf.py": PY_CONF, "conf.json": '{"name": "shop"}\n'}, {"conf.json": '{"name": "shop",}\n'},
     [r"Expecting property name enclosed in double quotes"], [r"conf\.py\", line 5", r"json\.load\(open", r"^Traceback", r"json/(decoder|__init__)\.py", r"obj, end|return (loads|_default)"]),
    ("sqlite", "sqlite3", "psql echo", "sqlite3 -bail shop.db < up.sql", "git files", {"up.sql": SQL % "price"}, {"up.sql": SQL % "prise"},
     [r"no such column: prise"], [r"select name from item", r"error here", r"near line"]),
    ("jq", "jq", "curl yaml", JQ, "kill echo", {"basket.json": '{"basket": {"items": [{"price": 9}]}}\n'}, {"basket.json": '{"basket": {"items": 9}}\n'},
     [r"Cannot index number with number"], []),
    ("tcl", "tclsh", "perl files", "tclsh shop.tcl", "echo curl", {"shop.tcl": TCL % "total"}, {"shop.tcl": TCL % "sum"},
     [r"can't read \"sum\": no such variable"], [r"while executing", r"puts \"total", r"procedure \"show\"", r"invoked from within", r"^\"?show\"?$", r"shop\.tcl"]),
    ("helm", "helm", "yaml files", "helm template chart", "trace echo", {**HELM, "chart/values.yaml": "shop:\n  rates:\n    cn: 13\n"}, {"chart/values.yaml": "shop:\n  name: x\n"},
     [r"nil pointer evaluating"], [r"Use --debug flag"]),
    ("terraform", "terraform", "git shellcheck", "terraform init -input=false -no-color && terraform validate -no-color", "psql kill", {"main.tf": TF % "region"}, {"main.tf": TF % "regoin"},
     [r"Error: Reference to undeclared input variable", r"An input variable with the name \"regoin\""], [r"main\.tf line", r"value = var\.regoin", r"variable \"regoin\""]),
]

HELD_OUT = sorted((row[0] for row in ROWS), key=lambda name: hashlib.sha256(("held out: " + name).encode()).hexdigest())[:len(ROWS) // 3]


def stamped(lines, at):
    """Lines with the stamps of CodeArts; at is seconds since the start of a day."""
    out = []
    for i, line in enumerate(lines):
        ms = at * 1000 + i * 37
        out.append("[2026/11/20 %02d:%02d:%02d.%03d GMT+08:00] %s" % (ms // 3600000 % 24, ms // 60000 % 60, ms // 1000 % 60, ms % 1000, line))
    return out


def codearts(text, status, at):
    """The log of a tool as the log of a CodeArts build that ended with status."""
    commit = hashlib.sha256(b"%d" % at).hexdigest()[:40]
    action = lambda name, lines, level="INFO", end="This action ends.": ["[INFO] [%s] : This action starts." % name] + lines + ["[%s] [%s] : %s" % (level, name, end)]
    lines = action("Code checkout:checkout", ["Cloning into '/workspace/shop'...", "hint: Using 'master' as the name for the initial branch is deprecated.", "HEAD is now at %s" % commit[:7], "error: no cache of submodules found, all are fetched"])
    body = text.rstrip("\n").split("\n")
    if status:
        lines += action("Shell build:shell", body + ["Script exited with status %d" % status, "[WARNING] [Shell build:shell] : script returned exit code %d" % status], "ERROR", "The status of the action is FAILED.")
    else:
        lines += action("Shell build:shell", body + ["Script exited with status 0"])
    lines += action("Upload cache:cache", ["No cache found for key %s, error ignored" % commit[7:15], "uploaded 0 files, errors: 0", "[WARNING] failed to remove 3 old entries"])
    lines += action("Clean workspace:clean", ["rm: cannot remove '/workspace/shop/.lock': No such file or directory", "cleaned"])
    lines += ["Finished: " + ("FAILURE" if status else "SUCCESS")]
    return "\n".join(stamped(lines, at)) + "\n"
