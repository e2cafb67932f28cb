package app

import (
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/cache/redistest"
	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/logging"
	"logbot/cmd/logbot/metrics"
	"logbot/logsapi/codeartsim"
)

// patientBudget is the state's budget for tests: the machine may be busy.
const patientBudget = 5 * time.Second

const webID = "48c66c6002964721be537cdc6ce0297b" // of the demo

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

// codearts starts a CodeArts and returns the environment that leads to it.
func codearts(t *testing.T) (*codeartsim.Server, map[string]string) {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, AccessKey: "AKOFTHETESTS", SecretKey: "sk-of-the-tests-0123"})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return sim, map[string]string{
		"LOGBOT_BUILD_URL":   server.URL,
		"LOGBOT_CHECK_URL":   server.URL,
		"HUAWEICLOUD_SDK_AK": "AKOFTHETESTS",
		"HUAWEICLOUD_SDK_SK": "sk-of-the-tests-0123",
	}
}

// newBot is a bot without stores and without a connection.
func newBot(c *config.Config) *Bot {
	m, log := metrics.New("of the tests", nil), logging.New(logrus.ErrorLevel, false, io.Discard)
	return &Bot{
		sources: sources{config: c, log: log}, metrics: m, ruled: &ruled{}, watcher: watcher{m, &upstream{}, logging.NewTroubles(log)},
	}
}
