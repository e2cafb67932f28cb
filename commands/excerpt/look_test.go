package excerpt

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWordsAreKnownInAllTheirForms(t *testing.T) {
	for text, want := range map[string]class{
		"Failed":                             wordFail,
		"AssertionFailedError":               wordFail | wordError,
		"java.io.IOException":                wordException,
		"3 errors, 2 failures":               wordError | wordFail | wordSummary,
		"expected 3 but was 4":               wordExpect,
		"编译失败":                               wordFail | wordBuild,
		"FATAL: timed out":                   wordFatal | wordTime,
		"a few plain letters":                0,
		"":                                   0,
		"supercalifragilisticexpialidocious": 0,
	} {
		got := wordsOf([]byte(text))
		assert.Equal(t, want, got&want, text)
		if want == 0 {
			assert.Zero(t, got, text)
		}
	}
}

func TestPlacesInFilesAreKnown(t *testing.T) {
	for text, want := range map[string]bool{
		"main.c:3:1: error":               true,
		"src/Order.java:[8,3] bad":        false,
		"fast_math.hpp(210): error C2065": true,
		"主程序.go:7":                        true,
		"at 10:41:18 it ended":            false,
		"http://10.0.0.1:8080/x":          false,
		"version 1.2:3":                   false,
		"a.b":                             false,
		":3":                              false,
	} {
		assert.Equal(t, want, position([]byte(text)), text)
	}
}

func TestALineThatTellsOfASuccessIsKnown(t *testing.T) {
	for text, want := range map[string]bool{
		"test fails_on_bad_input ... ok": true,
		"* checking for errors ... OK":   true,
		"All tests passed!":              true,
		"2 tests failed":                 false,
		"the copy failed":                false,
		"":                               false,
	} {
		assert.Equal(t, want, passes([]byte(text)), text)
	}
}

func TestTellingTokensOfALine(t *testing.T) {
	count := func(s string) int { return len(tokens(nil, []byte(s))) }
	assert.Equal(t, 2, count("OrderTest.roundsHalfUp failed in shop_test"))
	assert.Equal(t, 0, count("the tests have failed with an error"))
	assert.Equal(t, 0, count("1234567 2026-04-23"))
	assert.Equal(t, tokens(nil, []byte("at OrderTest.total here")), tokens(nil, []byte("see OrderTest.total.")))
}
