package app

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
	"logbot/cache/state"
	"logbot/cmd/logbot/config"
)

func TestReplicasCountTheCommandsOfOnePersonTogether(t *testing.T) {
	url := redistest.Start(t).URL()
	var quotas []personRate
	for range 2 {
		s, err := state.OpenRedis(t.Context(), url, state.Options{Scope: "main", Budget: patientBudget})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		quotas = append(quotas, personRate{s.Limits})
	}
	taken := 0
	for i := range 2 * personBurst {
		wait, err := quotas[i%2].Take(t.Context(), "U0ANN00001")
		require.NoError(t, err)
		if wait == 0 {
			taken++
		}
	}
	assert.GreaterOrEqual(t, taken, personBurst)
	assert.Less(t, taken, personBurst+10, "one more for each three seconds that the test took")
	wait, err := quotas[0].Take(t.Context(), "U0BOB00001")
	require.NoError(t, err)
	assert.Zero(t, wait, "others are not counted")
	assert.Nil(t, personQuota(&config.Config{Unpaced: true}, state.Limits{}))
}
