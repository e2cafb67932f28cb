package watch_test

import (
	"testing"

	"go.uber.org/goleak"

	"logbot/cache/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }
