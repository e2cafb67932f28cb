package failure

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBuildsThatHangInOnePlaceFailInTheSameWay(t *testing.T) {
	const running = "[INFO] Running com.acme.PoolTest"
	f := OfHang("web", "Maven test", "mvn -B test", running)
	assert.NotEmpty(t, f.Key)
	assert.Equal(t, "mvn -B test: [INFO] Running com.acme.PoolTest", f.Text)
	assert.Equal(t, f, OfHang("web", "Maven test", "mvn -B test", running), "in another build")
	for name, other := range map[string]Failure{
		"task":    OfHang("api", "Maven test", "mvn -B test", running),
		"step":    OfHang("web", "Maven build", "mvn -B test", running),
		"command": OfHang("web", "Maven test", "mvn -B verify", running),
		"line":    OfHang("web", "Maven test", "mvn -B test", "[INFO] Running com.acme.OrderTest"),
	} {
		assert.NotEmpty(t, other.Key)
		assert.NotEqual(t, f.Key, other.Key, "of another "+name)
	}
	for name, unsure := range map[string]Failure{
		"nothing was said":              OfHang("web", "Maven test", "mvn -B test", ""),
		"the command is unknown":        OfHang("web", "Maven test", "", running),
		"a number may be another place": OfHang("web", "Test", "npm test", "Running test 17 of 300"),
		"dots":                          OfHang("web", "Test", "npm test", "......"),
		"one word":                      OfHang("web", "Test", "npm test", "Waiting..."),
	} {
		assert.Zero(t, unsure, name)
	}
}
