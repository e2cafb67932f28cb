package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const log = "\x1b[32mstarting\x1b[0m\n2026-04-23T10:41:18.7Z main.c:3:1: error: expected ';'\n   int x = 1\n}\n10%\r100%\rmake: *** [all] Error 2\n" +
	"[2026/09/10 17:26:22.772 GMT+08:00] [INFO] [A:b] : a very long line that is cut when it is shown because nobody reads as much\n"

func labels() *labelled {
	l := &labelled{text: log, Want: [][2]int{{2, 4}, {6, 6}}, Context: [][2]int{{5, 5}}, Key: []int{2}}
	l.answer = newAnswer(l)
	return l
}

func TestLinesAreComparedWithoutStampsAndColours(t *testing.T) {
	l := labels()
	assert.Len(t, l.want.all, 3, "a line without words does not count")
	s := l.score([]string{"main.c:3:1:  error: expected ';'", "make: *** [all] Error 2", "starting"}, 20, 2900)
	assert.Equal(t, 1.0, s.hit)
	assert.Equal(t, 0.0, s.solid)
	assert.InDelta(t, 2.0/3, s.precision, 1e-9)
}

func TestALineThatIsCutCountsIfEnoughOfItIsShown(t *testing.T) {
	l := labels()
	for text, want := range map[string]bool{
		"a very long line that is cut … because nobody reads as much": true,
		"a very long line that …":                                     false,
		"that is cut when it is shown because nobody reads as much…":  false,
	} {
		assert.Equal(t, want, l.want.match(normal(text)) != "", text)
	}
}

func TestWhatIsBeyondTheBudgetDoesNotCount(t *testing.T) {
	l := labels()
	assert.Zero(t, l.score([]string{"starting", "main.c:3:1: error: expected ';'"}, 1, 2900).hit)
	assert.Zero(t, l.score([]string{"starting", "main.c:3:1: error: expected ';'"}, 2, 20).hit)
}

func TestAGroupIsInOneFold(t *testing.T) {
	var all []*labelled
	for _, group := range strings.Fields("a a a b b c d e f g h i j k l m n") {
		all = append(all, &labelled{Source: "x", group: group})
	}
	assign(all)
	fold, size := map[string]int{}, [folds]int{}
	for _, l := range all {
		if f, known := fold[l.group]; known {
			assert.Equal(t, f, l.fold)
		}
		fold[l.group] = l.fold
		size[l.fold]++
	}
	for _, n := range size {
		assert.InDelta(t, len(all)/folds, n, 1)
	}
}
