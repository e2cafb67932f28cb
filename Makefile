# `make demo` shows the bot, `make quick` tests a change; see .github/CONTRIBUTING.md.
.DEFAULT_GOAL := build
.PHONY: build image-root deploy-check release rolling demo quick test lint bench bench-slack loss upload-memory excerpt-train excerpt-eval verdict-eval green-pairs kind-eval tests-eval mask-eval oracle slack-rules c-compiler redis-server node-packages page-tools screenshots bench-cache chaos replicas dialects

GO ?= go
# Failing logs with labelled lines; they are not part of the project.
CORPUS ?= ../shared/corpus
# Logs with planted secrets, one JSON object a line; not part of the project.
SECRETS ?= ../shared/secrets/planted.jsonl
# Slack's rules as gathered by others; they are not part of the project either.
SLACK_RULES ?= ../shared/slack
# Tests in other languages, each with its own package-lock.json.
NODE_TESTS := bot/slacksim/e2e/bolt bot/slacksim/e2e/page

# The version that the program prints: the tag, or the commit and its time as Go
# writes them if there is no tag.
VERSION ?= $(shell git describe --tags --match 'v[0-9]*' 2>/dev/null || \
  TZ=UTC git log -1 --date=format-local:%Y%m%d%H%M%S --abbrev=12 --format=v0.0.0-%cd-%h 2>/dev/null)$(shell \
  git diff-index --quiet HEAD 2>/dev/null || echo +dirty)
# A static program without the paths of this machine. Go records neither commit nor
# dirty tree: two builds of the same files are identical.
BUILD := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(VERSION)"

PROGRAM ?= bin/logbot
build:
	$(BUILD) -o $(PROGRAM) ./cmd/logbot

demo: build
	bin/logbot demo

# The files of the image, as deploy/Containerfile copies them: the program, the CA
# certificates of this machine, and the folders that it writes to.
CERTIFICATES ?= /etc/ssl/certs/ca-certificates.crt
image-root: build
	rm -rf bin/root
	mkdir -p bin/root/etc/ssl/certs bin/root/var/lib/logbot
	install -d -m 1777 bin/root/tmp
	install -m 0644 $(CERTIFICATES) bin/root/etc/ssl/certs/ca-certificates.crt
	install -m 0755 bin/logbot bin/root/logbot

# What a release has, in bin/release: programs, SBOMs, checksums; all of it built twice
# and compared, so it takes minutes.
release:
	GO="$(GO)" deploy/release.sh "$(VERSION)"

# Everything in deploy that can be checked without a cluster and a container engine, with
# a line for each check; what needs a tool that is missing is not checked, and it says so.
# Debian: apt-get install buildah prometheus. Helm is built once, which takes minutes.
HELM ?= $(GO) run helm.sh/helm/v3/cmd/helm@v3.22.0
deploy-check: image-root
	cd deploy/check && CGO_ENABLED=0 $(GO) build -o $(abspath bin/deploy-check) .
	CGO_ENABLED=0 bin/deploy-check -helm "$(HELM)"

# Needs Go alone: no Redis, no browser, no npm. For every save; CI runs lint and test.
quick: lint
	$(GO) test -short -timeout 5m ./...
	@echo "left out: tests that need Redis, a browser or Node.js; make test runs them"

# Installs what the tests need. LOGBOT_REQUIRE_TOOLS=1: a tool that is missing all
# the same fails a test instead of skipping it. By default each test with -race sleeps for
# a second before it exits, for goroutines that still run; ours leave none, which goleak checks.
test: c-compiler redis-server node-packages page-tools
	GORACE=atexit_sleep_ms=0 LOGBOT_REQUIRE_TOOLS=1 $(GO) test -race -timeout 9m ./...

lint:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w these:" $$unformatted; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff

# What the program is made of: tidy, licences, known vulnerabilities.
.PHONY: audit
audit:
	GO=$(GO) .ci/audit

# Some benchmarks use the corpus, one ripgrep; they say so where these are missing.
bench:
	CORPUS=$(abspath $(CORPUS)) $(GO) test -run '^$$' -bench . -benchmem ./...

# 1,000 commands over 100 channels at Slack's pace while calls are refused or break
# and sockets end: nothing may be lost, or doubled in silence. A few minutes.
loss:
	LOSS_COMMANDS=1000 LOSS_CHANNELS=100 $(GO) test -count=1 -timeout 40m -v -run TestLoss ./bot

# Peak memory while 1 GiB that does not shrink goes to a local Slack in another process.
upload-memory:
	UPLOAD_MIB=1024 $(GO) test -count=1 -timeout 20m -v -run TestUploadMemory ./bot/delivery

# The bot at work in the local Slack, beside a bare bot; it takes four minutes.
bench-slack:
	$(GO) run ./bot/slacksim/e2e/bench

# How many requests and seconds commands take for a build of 200,000 lines; two minutes.
.PHONY: bench-requests
bench-requests:
	LOGBOT_BENCH_REQUESTS=1 $(GO) test -count=1 -timeout 30m -v -run '^TestRequestsOfABigLog$$' ./commands

# Size, memory, start, stop and a scrape of the released program against its budgets,
# and its metrics after 1,000 commands; three minutes.
.PHONY: bench-serve
bench-serve:
	LOGBOT_BENCH_SERVE=1 $(GO) test -count=1 -v -run '^TestBenchServe$$' ./cmd/logbot

# How soon watched failures are told, over 1 to 500 projects in virtual time: the table in
# commands/README.md. Two minutes. make test runs a short form.
.PHONY: watch-scale
watch-scale:
	LOGBOT_WATCH_SCALE=1 $(GO) test -count=1 -timeout 20m -v -run '^TestWatchScale$$' ./bot/jobs/watch | grep '^[|]'

# What the cache costs and saves, in one table.
bench-cache: redis-server
	LOGBOT_BENCH_CACHE=1 CORPUS=$(abspath $(CORPUS)) $(GO) test -count=1 -timeout 30m -v -run '^TestBenchCache$$' ./cache/

# What people see when Redis is killed, slow, full or failing over; about ten
# minutes, then a table. make test runs the short form of each.
chaos: redis-server
	LOGBOT_CHAOS=1 $(GO) test -count=1 -timeout 60m -v -run '^TestChaos$$' ./cache/

# Three replicas on one Redis that fails over, one of them killed every ten seconds,
# while 2,000 commands are typed and watched builds fail; five minutes, then a table
# that says why what came twice did. REPLICAS=10 runs ten. make test runs the short
# form.
replicas: redis-server
	REPLICAS_COMMANDS=2000 $(GO) test -count=1 -timeout 20m -v -run '^TestReplicasForMinutes$$' ./bot/slacksim/e2e/replicas
	REPLICAS_FAILURES=200 $(GO) test -count=1 -timeout 10m -v -run '^TestFailuresAreCountedThoughReplicasAreKilled$$' ./bot/slacksim/e2e/replicas

# Three replicas are restarted one after the other, with SIGTERM, again and again while
# 600 commands are typed in a minute: none may be lost or answered twice.
rolling: redis-server
	ROLLING_COMMANDS=600 $(GO) test -count=1 -timeout 10m -v -run '^TestRollingRestart$$' ./bot/slacksim/e2e/replicas

# How often the kind of a failure is stated and right, by kind, on logs with whose
# repositories the rules were written and on others; fails below .90, for infrastructure
# below .95.
kind-eval:
	@test -d $(CORPUS) || { echo "no logs in $(CORPUS); set CORPUS to their folder"; exit 1; }
	CORPUS=$(abspath $(CORPUS)) $(GO) test -count=1 -v -run '^TestEvaluateKinds$$' ./commands/failure/kind

# How well failed tests are found, by runner; fails below .95.
tests-eval:
	$(GO) test -count=1 -v -run '^TestFailedTestsAreFound$$' ./commands/testlog

# Whole logs read while three faults of the local CodeArts are on at a time, chosen at
# random: an error is right, a wrong log is not. Half a minute; SEED=2 chooses others.
# Then each dialect alone with longer logs, and ten commands in it. make test runs the
# short forms.
dialects: export LOGBOT_DIALECTS = 1
dialects:
	COMBINATIONS=100 $(GO) test -count=1 -v -run '^TestNoCombinationOfFaultsGivesAWrongLog$$' ./logsapi -seed $(or $(SEED),1)
	$(GO) test -count=1 -run '^(TestWholeLogIsReadByteForByteWhateverLosesNothing|TestAnyFaultGivesTheWholeLogOrATypedError)$$' ./logsapi -seed $(or $(SEED),1)
	$(GO) test -count=1 -v -run '^TestEveryCommandAnswersInEveryDialectAsInTheDocumentedOne$$' ./commands

# Learns the ranker of excerpts from all labelled logs and writes its table.
excerpt-train:
	@test -d $(CORPUS) || { echo "no logs in $(CORPUS); set CORPUS to their folder"; exit 1; }
	$(GO) run ./commands/excerpt/train -corpus $(CORPUS) -out commands/excerpt/table.go

# How good the excerpts of logs are that the ranker has not seen: five are learned,
# each from four fifths of the logs, and measured on the rest. Fails when a figure
# falls below the last one kept.
excerpt-eval: build
	@test -d $(CORPUS) || { echo "no logs in $(CORPUS); set CORPUS to their folder"; exit 1; }
	$(GO) run ./commands/excerpt/train -corpus $(CORPUS) -folds bin/folds
	python3 commands/excerpt/evaluate.py bin/logbot $(CORPUS) --folds bin/folds --ratchet commands/excerpt/ratchet.json

# How often two failing logs of one repository with the same cause have one key, two with
# different causes, and two of different repositories; by repository. Half a minute.
# FOLDS=bin/folds, which excerpt-eval writes, reads each log with a ranker that has not
# seen its repository; SHOW=1 prints the misses that may be looked at.
verdict-eval:
	@test -d $(CORPUS) || { echo "no logs in $(CORPUS); set CORPUS to their folder"; exit 1; }
	CORPUS=$(abspath $(CORPUS)) VERDICT_FOLDS=$(if $(FOLDS),$(abspath $(FOLDS))) VERDICT_FORM=$(FORM) VERDICT_SHOW=$(SHOW) $(GO) test -count=1 -v -run '^TestEvaluate$$' ./commands/failure

# What the last green log adds, on pairs made here with the tools that are installed.
green-pairs: build
	python3 -B commands/excerpt/greenpairs.py bin/logbot

# How many planted secrets are masked, by kind; how many lines of a corpus next to
# without secrets change; how fast; and how many of the secrets in the tests of
# gitleaks' rules are masked, in a module of its own.
mask-eval:
	@test -f $(SECRETS) || { echo "no planted secrets in $(SECRETS); set SECRETS to a file of theirs"; exit 1; }
	@test -d $(CORPUS) || { echo "no logs in $(CORPUS); set CORPUS to their folder"; exit 1; }
	MASK_SECRETS=$(abspath $(SECRETS)) CORPUS=$(abspath $(CORPUS)) $(GO) test -count=1 -v -run '^TestEvaluate$$' ./commands/redact
	cd commands/redact/gitleaks && $(GO) mod download github.com/zricethezav/gitleaks/v8 && $(GO) test -count=1 -v .

# Our client and the local CodeArts beside the vendor's SDK, in a module of its
# own: it downloads about 50 MB.
oracle:
	cd logsapi/oracle && $(GO) vet ./... && $(GO) test -count=1 -v ./...

# The local Slack's tables of limits, errors, scopes and rate tiers.
slack-rules:
	@test -f $(SLACK_RULES)/methods.json || { echo "no rules in $(SLACK_RULES); set SLACK_RULES to their folder"; exit 1; }
	SLACK_RULES=$(abspath $(SLACK_RULES)) $(GO) test -count=1 -v -run TestSlackRules ./bot/...

# go test -race needs a C compiler.
c-compiler:
	@command -v gcc >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then as_root=; \
	  elif sudo -n true 2>/dev/null; then as_root=sudo; \
	  else echo "go test -race needs gcc; run: sudo apt-get install -y gcc libc6-dev"; exit 1; fi; \
	  $$as_root apt-get update -qq && \
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev >/dev/null; }

# The tests of the cache run against a real Redis; Debian's package has it.
redis-server:
	@command -v redis-server >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then as_root=; \
	  elif sudo -n true 2>/dev/null; then as_root=sudo; \
	  else echo "the tests need redis-server; run: sudo apt-get install -y redis-server"; exit 1; fi; \
	  $$as_root apt-get update -qq && \
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >/dev/null; }

# What the tests in JavaScript need; installed anew when a lock file changed.
node-packages: $(NODE_TESTS:%=%/node_modules/.package-lock.json)

%/node_modules/.package-lock.json: %/package-lock.json
	@command -v npm >/dev/null || { echo "the tests need Node.js 20 or later with npm"; exit 1; }
	cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

# The tests of the local Slack's page run in a real browser: Debian's chromium,
# with a font for Chinese, driven by playwright-core.
page-tools: node-packages
	@missing=; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	fc-list 2>/dev/null | grep -q CJK || missing="$$missing fonts-noto-cjk fontconfig"; \
	test -z "$$missing" || { \
	  if [ "$$(id -u)" = 0 ]; then as_root=; \
	  elif sudo -n true 2>/dev/null; then as_root=sudo; \
	  else echo "the tests of the page need more; run: sudo apt-get install -y$$missing"; exit 1; fi; \
	  $$as_root apt-get update -qq && \
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }

# The pictures of README.md and bot/slacksim/README.md, from the demo.
screenshots: build page-tools
	node bot/slacksim/e2e/page/screenshots.mjs bin/logbot deploy
