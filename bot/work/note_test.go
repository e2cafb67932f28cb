package work

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands/read"
	"logbot/commands/texts"
)

func TestProgressIsSaidInWordsForPeople(t *testing.T) {
	for _, c := range []struct {
		p    *read.Progress
		want string
	}{
		{nil, "Reading the log takes a while …"},
		{&read.Progress{Pages: 1}, "Reading the log takes a while …"},
		{&read.Progress{Pages: 2, Bytes: 900}, "Reading the log takes a while: 900 B so far, 2 pages …"},
		{&read.Progress{Bytes: 5_400}, "Reading the log takes a while: 5.4 KB so far …"},
		{&read.Progress{Bytes: 2_000_000, About: 1_500_000_000}, "Reading the log takes a while: 0 of about 1.5 GB …"},
		{&read.Progress{Bytes: 900_000, About: 2_000_000}, "Reading the log takes a while: 0.9 of about 2 MB …"},
		{&read.Progress{Bytes: 50_000_000, About: 40_000_000, Pages: 7}, "Reading the log takes a while: 50 MB so far, 7 pages …"},
	} {
		assert.Equal(t, c.want, progressText(c.p, texts.English))
		assert.Contains(t, progressText(c.p, texts.Chinese), "日志读取需要一些时间")
	}
}
