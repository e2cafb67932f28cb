package follow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/jobs/jobstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// following is a replica that follows the build of the demo that runs.
func following(t *testing.T) (*jobstest.Harness, *jobstest.Replica) {
	t.Helper()
	h := jobstest.New(t, jobstest.Options{})
	r := h.Start()
	jobstest.Pass(10 * time.Second)
	require.Empty(t, r.Type("follow web 129"))
	return h, r
}

// nothingIsLeft checks that no work is stored.
func nothingIsLeft(t *testing.T, h *jobstest.Harness) {
	t.Helper()
	n, err := h.Store.Intents.Len(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n, "nothing is left")
}
