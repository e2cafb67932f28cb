package kind

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAHangIsWhatRanLastAndForHowLongNothingWasSaid(t *testing.T) {
	at := func(clock, text string) string { return "[2026/11/20 " + clock + ".000 GMT+08:00] " + text + "\n" }
	ended := time.Date(2026, 11, 20, 15, 0, 0, 0, time.FixedZone("", 8*3600))
	begins := at("14:00:00", "[INFO] [Maven test:maven] : This action starts.") + at("14:00:01", "+ mvn -B test") + at("14:01:00", "[INFO] Running com.acme.PoolTest")
	cleans := at("15:00:05", "[INFO] [Clean:clean] : This action starts.") + at("15:00:06", "$ rm -rf target") + at("15:00:07", "[INFO] [Clean:clean] : This action ends.") + at("15:00:08", "Finished: ABORTED")
	for name, c := range map[string]struct {
		log     string
		command string
		silent  time.Duration
		output  string
	}{
		"the log says that it was stopped, and then it was cleaned up": {
			begins + at("15:00:00", "Build timed out (after 60 minutes). Marking the build as aborted.") + at("15:00:01", "Build was aborted") + cleans, "mvn -B test", 59 * time.Minute, "[INFO] Running com.acme.PoolTest",
		},
		"it ends with the build":                {begins, "mvn -B test", 59 * time.Minute, "[INFO] Running com.acme.PoolTest"},
		"it was cleaned up and nothing says it": {begins + cleans, "", 0, ""},
		"the command had ended":                 {begins + at("14:01:02", "[INFO] [Maven test:maven] : This action ends.") + at("14:31:02", "构建超时，任务已终止"), "", 30 * time.Minute, ""},
		"without stamps":                        {"$ kubectl rollout status\nWaiting\nBuild timed out (after 5 minutes).\n", "kubectl rollout status", 0, "Waiting"},
		"of the git plugin":                     {at("14:30:00", " > git fetch --tags origin # timeout=10"), "git fetch --tags origin", 30 * time.Minute, ""},
		"two records on one line":               {strings.TrimSuffix(at("14:30:00", "+ make"), "\n") + " " + at("14:40:00", "cc a.c"), "make", 20 * time.Minute, "cc a.c"},
		"no command far and wide":               {"+ make\n" + strings.Repeat(at("14:59:00", "..."), maxHangLines), "", time.Minute, ""},
		"nothing":                               {"", "", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var h Hang
			for _, line := range slices.Backward(slices.Collect(bytes.Lines([]byte(c.log)))) {
				if !h.Back(line) {
					break
				}
			}
			assert.Equal(t, c.command, h.Command())
			assert.Equal(t, c.silent, h.Silent(ended))
			assert.Equal(t, c.output, h.Output())
		})
	}
}
