package excerpt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnExcerptHasFewBlocks(t *testing.T) {
	var log strings.Builder
	for i := range 30 {
		fmt.Fprintf(&log, "module%d.c:%d:1: error: unknown type name 'total%c'\n%s", i, i, 'a'+i%26, healthy(15))
	}
	e := excerptOf(t, log.String()+"Script exited with status 1\n", Options{})
	blocks, last := 0, -100
	for _, l := range e.Lines {
		if l.Number-last > joinedLines {
			blocks++
		}
		last = l.Number
	}
	assert.LessOrEqual(t, blocks, maxBlocks)
	assert.Greater(t, blocks, 1)
}

func TestFramesOfLibrariesAreCountedAndNotShown(t *testing.T) {
	var log strings.Builder
	log.WriteString(healthy(5) + "Exception in thread \"main\" java.lang.IllegalStateException: no key\n\tat com.acme.Order.total(Order.java:87)\n")
	for i := range 14 + maxFrames {
		fmt.Fprintf(&log, "\tat org.junit.runner.Frame%c.run(Frame.java:%d)\n", 'a'+i, i)
	}
	log.WriteString("Caused by: java.io.IOException: disk gone\n\tat com.acme.Disk.read(Disk.java:3)\nScript exited with status 1\n")
	e := excerptOf(t, log.String(), Options{})
	frames, shown := 0, 0
	for _, l := range e.Lines {
		if frames += l.Frames; l.Frames > 0 {
			assert.Contains(t, l.Text, "\tat ")
		}
		if strings.Contains(l.Text, "org.junit") {
			shown++
		}
	}
	assert.Equal(t, 14+maxFrames, frames+shown)
	assert.LessOrEqual(t, shown, maxFrames)
}

func TestFramesAreKnownByTheirForm(t *testing.T) {
	for text, want := range map[string][2]bool{ // frame, library
		"at com.acme.Order.total(Order.java:87)":        {true, false},
		"at org.junit.runner.Runner.run(Runner.java:8)": {true, true},
		"... 24 more": {true, true},
		`File "/srv/app/shop.py", line 8, in total`:                        {true, false},
		`File "/usr/lib/python3.13/unittest/case.py", line 58, in run`:     {true, true},
		"at Object.<anonymous> (/srv/app/src/shop.test.js:9:3)":            {true, false},
		"at Module._compile (node:internal/modules/cjs/loader:1105:14)":    {true, true},
		"/var/lib/gems/3.1.0/gems/rspec-core-3.12/lib/rspec.rb:9:in `run'": {true, true},
		"spec/shop_spec.rb:8:in `block in <top>'":                          {true, false},
		"#3 0x55f in main /src/main.c:7":                                   {true, false},
		"#3 is the third test":                                             {false, false},
		"main.c:3:1: error: expected ';'":                                  {false, false},
		"from now on the tests fail":                                       {false, false},
		"... and much more":                                                {false, false},
		"在 com.acme.Order":                                                 {false, false},
	} {
		is := frame([]byte(text))
		assert.Equal(t, want, [2]bool{is, is && libraryFrame([]byte(text))}, text)
	}
}
