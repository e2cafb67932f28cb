package app

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
	"logbot/cache/state"
	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/logging"
	"logbot/commands"
	"logbot/commands/find"
)

func TestAliasesAreStoredInTheState(t *testing.T) {
	kept, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	store := aliasStore{kept.Aliases}
	named, err := store.Named(t.Context(), "C0BUILDS01", "shop")
	require.NoError(t, err)
	assert.Empty(t, named)
	anyAlias := func(find.Alias) bool { return true }
	a := find.Alias{Channel: "C0BUILDS01", Name: "Shop", Target: webID, By: "U0ANN00001", At: time.Unix(1000, 0).UTC()}
	require.NoError(t, store.SetAlias(t.Context(), a, anyAlias))
	require.NoError(t, store.SetAlias(t.Context(), find.Alias{Name: "stil", Target: webID, Check: true}, anyAlias))
	named, err = store.Named(t.Context(), "C0BUILDS01", "SHOP")
	require.NoError(t, err)
	require.Len(t, named, 1)
	got := named[0]
	assert.True(t, a.At.Equal(got.At))
	got.At = a.At
	assert.Equal(t, a, got)
	all, err := store.ListAliases(t.Context(), "C0BUILDS01")
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.True(t, all[1].Check)
	found, err := store.DeleteAlias(t.Context(), "C0BUILDS01", "shop", anyAlias)
	require.NoError(t, err)
	assert.True(t, found)
	require.NoError(t, kept.Close())
	_, err = store.Named(t.Context(), "C0BUILDS01", "shop")
	assert.ErrorIs(t, err, commands.ErrStoreAway, "a closed file is away")
}

// busyLimits have a token only at every second request.
type busyLimits struct {
	asked  []string
	paused time.Duration
	fails  error
}

func (u *busyLimits) Take(_ context.Context, name string, _ float64, _, _ int) (time.Duration, error) {
	u.asked = append(u.asked, name)
	if len(u.asked)%2 == 1 && u.fails == nil {
		return 3 * time.Second, nil
	}
	return 0, u.fails
}

func (u *busyLimits) Pause(_ context.Context, _ string, length time.Duration) error {
	u.paused = length
	return nil
}

func TestReplicasShareTheRateTowardsSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &busyLimits{}
		p := slackRates{u}
		began := time.Now()
		wait, err := p.Take(t.Context(), "post/C0BUILDS01", 1, 3)
		require.NoError(t, err)
		assert.Zero(t, wait)
		assert.Equal(t, 3*time.Second, time.Since(began))
		assert.Equal(t, []string{"slack/post/C0BUILDS01", "slack/post/C0BUILDS01"}, u.asked)
		require.NoError(t, p.Pause(t.Context(), "chat.postMessage", time.Now().Add(7*time.Second)))
		assert.Equal(t, 7*time.Second, u.paused)
		u.fails = errors.New("no store")
		_, err = p.Take(t.Context(), "post/C0BUILDS01", 1, 3)
		assert.Error(t, err, "delivery keeps its own rate then")
	})
}

func TestABotChecksItsRedisAtTheStart(t *testing.T) {
	for policy, warned := range map[string]bool{"allkeys-lru": true, "volatile-lru": false} {
		var said bytes.Buffer
		b := newBot(&config.Config{RedisURL: redistest.Start(t, "--maxmemory-policy", policy).URL()})
		b.log = logging.New(logrus.WarnLevel, false, &said)
		store, err := openBotState(t.Context(), b.config, b.log, &b.Checks)
		require.NoError(t, err)
		b.logChecks(t.Context())
		require.NoError(t, store.Close())
		assert.Equal(t, warned, strings.Contains(said.String(), "Redis for state (REDIS_URL): Redis may throw state away"), said.String())
		assert.Equal(t, warned, strings.Contains(said.String(), "type: CONFIG SET maxmemory-policy volatile-lru"), said.String())
	}
}

func TestABotWithoutAPlaceForStateSaysSo(t *testing.T) {
	var said bytes.Buffer
	b := newBot(&config.Config{})
	b.log = logging.New(logrus.WarnLevel, false, &said)
	store, err := openBotState(t.Context(), b.config, b.log, &b.Checks)
	require.NoError(t, err)
	b.logChecks(t.Context())
	require.NoError(t, store.Close())
	assert.Contains(t, said.String(), "state: aliases and watches end with this process; set LOGBOT_DATA to a folder, or REDIS_URL, to keep them")
}
