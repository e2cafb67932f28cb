package commands

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheReasonHasNoLevelNoStampAndNoNameOfItsTool(t *testing.T) {
	for line, want := range map[string]string{
		"[ERROR]   InvoiceTest.roundsHalfUp:4 total expected:<10> but was:<11>": "InvoiceTest.roundsHalfUp:4 total expected:<10> but was:<11>",
		"error: use of undeclared identifier 'retrun'":                          "use of undeclared identifier 'retrun'",
		"Error: Cannot find module './cart'":                                    "Cannot find module './cart'",
		"ERROR - could not connect to db:5432":                                  "could not connect to db:5432",
		"ERROR: failed to solve: process \"/bin/sh -c make\" did not complete":  "failed to solve: process \"/bin/sh -c make\" did not complete",
		"2026-11-20 06:02:08,123 ERROR - boom":                                  "boom",
		"2026-11-20T06:02:08.123Z error: boom":                                  "boom",
		"[06:02:08] boom":                                                       "boom",
		"[2026/11/20 06:02:08.123 GMT+08:00] boom":                              "boom",
		"Nov 20 06:02:08 boom":                                                  "boom",
		"npm ERR! missing script: biuld":                                        "missing script: biuld",
		"npm error code ERESOLVE":                                               "code ERESOLVE",
		"##[error]Process completed with exit code 1.":                          "Process completed with exit code 1.",
		"::error file=app.js,line=1::Missing semicolon":                         "Missing semicolon",
		"E       AssertionError: assert 15 == 12":                               "AssertionError: assert 15 == 12",
		"#12 0.482 error: package `serde` not found":                            "package `serde` not found",
		"web_1  | Error: listen EADDRINUSE":                                     "listen EADDRINUSE",
		"E1120 06:02:08.123456       1 main.go:12] no kubeconfig":               "no kubeconfig",
		`time="2026-11-20T06:02:08Z" level=error msg="no space"`:                `msg="no space"`,
		"e: file:///app/Main.kt:3:5 Unresolved reference: foo":                  "file:///app/Main.kt:3:5 Unresolved reference: foo",
		"fatal: repository not found":                                           "repository not found",
		"FATAL: password authentication failed":                                 "password authentication failed",
		"● cart › applies discount to total":                                    "cart › applies discount to total",
		"✗ builds the image":                                                    "builds the image",
		"错误：找不到符号":                                                              "找不到符号",
		"[错误] 找不到符号":                                                            "找不到符号",

		// What is no level, or not at the start, stays.
		"p.c:3:31: error: field designator 'z' does not refer to any field": "p.c:3:31: error: field designator 'z' does not refer to any field",
		"src/a.ts(3,7): error TS2345: Argument of type 'string'":            "src/a.ts(3,7): error TS2345: Argument of type 'string'",
		"error TS2345: Argument of type 'string' is not assignable":         "error TS2345: Argument of type 'string' is not assignable",
		"error[E0382]: borrow of moved value: `s`":                          "error[E0382]: borrow of moved value: `s`",
		"--- FAIL: TestRounding (0.00s)":                                    "--- FAIL: TestRounding (0.00s)",
		"panic: runtime error: index out of range":                          "panic: runtime error: index out of range",
		"Errors were found": "Errors were found",
		"errors: 3":         "errors: 3",
		"[core] Compiling":  "[core] Compiling",
		"java.lang.AssertionError: expected:<10>   but was:<11>":  "java.lang.AssertionError: expected:<10>   but was:<11>",
		"FAILED tests/test_cart.py::test_total - assert 15 == 12": "FAILED tests/test_cart.py::test_total - assert 15 == 12",
		"12:7  error  'sum' is assigned a value but never used":   "12:7  error  'sum' is assigned a value but never used",
		"make: *** [Makefile:12: all] Error 2":                    "make: *** [Makefile:12: all] Error 2",
		"[ERROR]":                                                 "[ERROR]",
		"ERROR:":                                                  "ERROR:",
		"":                                                        "",
	} {
		assert.Equal(t, want, bareReason(line), line)
	}
}

func FuzzBareReason(f *testing.F) {
	f.Add("[ERROR] 2026-11-20 06:02:08 error: boom")
	f.Fuzz(func(t *testing.T, line string) {
		got := bareReason(line)
		if len(got) > len(line) || len(got) > 0 && !strings.Contains(line, got) {
			t.Fatalf("%q is not the end of %q", got, line)
		}
		if again := bareReason(got); again != got {
			t.Fatalf("%q, then %q", got, again)
		}
	})
}
