package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/commands/read"
	"logbot/commands/texts"
)

func TestTheBarComesAfterTwoSecondsAndGoes(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	b := &bar{to: &out, now: func() time.Time { return now }, start: now}
	b.show(read.Progress{Pages: 1, Bytes: 1e6})
	assert.Empty(t, out.String(), "short work says nothing")

	now = now.Add(progressAfter)
	b.show(read.Progress{Pages: 2, Bytes: 1.2e7})
	b.show(read.Progress{Pages: 3, Bytes: 1.3e7})
	assert.Equal(t, "\rreading: 2 pages, 12.0 MB", out.String(), "not more often than people can read")

	now = now.Add(time.Second)
	out.Reset()
	b.show(read.Progress{Bytes: 2e7, About: 4e7})
	assert.Equal(t, "\r[##########..........] 20.0 of 40.0 MB", out.String())

	out.Reset()
	b.clear()
	b.clear()
	assert.Regexp(t, `^\r +\r$`, out.String())

	b.lang = texts.Chinese
	now = now.Add(time.Second)
	out.Reset()
	b.show(read.Progress{Pages: 2, Bytes: 1e6})
	assert.Contains(t, out.String(), "正在读取：2 页，1.0 MB")

	quiet := newBar(&out, texts.English)
	quiet.start = quiet.start.Add(-time.Hour)
	out.Reset()
	quiet.show(read.Progress{Pages: 1})
	quiet.clear()
	assert.Empty(t, out.String(), "only a terminal gets a bar")
}
