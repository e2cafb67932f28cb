package state

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
)

// look is what a bot does all the time, and tells how many replicas it knows of.
func look(t *testing.T, s *Store, now time.Time) int {
	t.Helper()
	claimNone(t, s.Intents, now)
	return s.Limits.replicas.known()
}

func TestReplicasAreCountedWhileTheyLookForWork(t *testing.T) {
	for name, client := range map[string]redis.UniversalClient{
		"redis":   clientAt(t, redistest.Start(t).URL()),
		"cluster": clientAt(t, redistest.StartCluster(t).URL()),
	} {
		t.Run(name, func(t *testing.T) {
			replica := func(scope string) *Store { return open(client, Options{CallerClock: true, Scope: scope}) }
			a, b, c, stranger := replica("main"), replica("main"), replica("main"), replica("other")
			assert.Equal(t, 1, look(t, a, at(0)))
			assert.Equal(t, 2, look(t, b, at(0)))
			assert.Equal(t, 3, look(t, c, at(0)))
			assert.Equal(t, 1, look(t, a, at(seenEvery-1)), "it asks now and then")
			assert.Equal(t, 3, look(t, a, at(seenEvery)))
			assert.Equal(t, 3, look(t, b, at(seenEvery)))
			assert.Equal(t, 1, look(t, stranger, at(seenEvery)), "another bot on the same Redis")

			// One ends: it counts for its time, and then as long as the doubt lasts.
			for now := 2 * seenEvery; now < replicaAge; now += seenEvery {
				assert.Equal(t, 3, look(t, a, at(now)))
				assert.Equal(t, 3, look(t, b, at(now)))
			}
			gone := replicaAge // since it was last seen
			for now := gone; now < gone+replicaAge; now += seenEvery {
				assert.Equal(t, 3, look(t, a, at(now)), now)
				assert.Equal(t, 3, look(t, b, at(now)), now)
			}
			assert.Equal(t, 2, look(t, a, at(gone+replicaAge)))
			assert.Equal(t, 2, look(t, b, at(gone+replicaAge)))
		})
	}
}

func TestARedisThatComesBackEmptyMakesNobodyBelieveItIsAlone(t *testing.T) {
	server := redistest.Start(t)
	client := clientAt(t, server.URL())
	a, b := open(client, Options{CallerClock: true}), open(client, Options{CallerClock: true})
	look(t, a, at(0))
	look(t, b, at(0))
	require.Equal(t, 2, look(t, a, at(seenEvery)))
	server.Do("flushall")
	assert.Equal(t, 2, look(t, a, at(time.Hour)), "b was not there yet")
	assert.Equal(t, 2, look(t, b, at(time.Hour)))
	assert.Equal(t, 2, look(t, a, at(time.Hour+seenEvery)))
	assert.Equal(t, 2, look(t, a, at(time.Hour+seenEvery+replicaAge-1)), "the doubt began anew, as b is gone again")
}

// Their clocks differ by an hour; the server's counts.
func TestReplicasAreCountedByTheClockOfTheServer(t *testing.T) {
	client := clientAt(t, redistest.Start(t).URL())
	behind, ahead := open(client, Options{}), open(client, Options{})
	look(t, behind, time.Now().Add(-time.Hour))
	assert.Equal(t, 2, look(t, ahead, time.Now().Add(time.Hour)))
	assert.Equal(t, 2, look(t, behind, time.Now().Add(seenEvery-time.Hour)))
}

// takeAll takes tokens of a rate of one an hour until there are no more, and
// returns how many there were and how long the next one takes.
func takeAll(t *testing.T, s *Store, burst int) (taken int, next time.Duration) {
	t.Helper()
	for {
		wait, err := s.Limits.Take(t.Context(), "x", 1.0/3600, burst, 1)
		require.NoError(t, err)
		if wait > 0 {
			return taken, wait
		}
		taken++
	}
}

func TestWhileRedisIsAwayTheReplicasKeepOneRateTogether(t *testing.T) {
	server := redistest.Start(t)
	proxy := redistest.StartProxy(t, server.Addr)
	start := func(scope string) *Store {
		return open(clientAt(t, proxy.URL()), Options{CallerClock: true, Scope: scope})
	}
	three := []*Store{start("main"), start("main"), start("main")}
	alone, deaf := start("alone"), start("main")
	for _, now := range []time.Duration{0, seenEvery} {
		for _, s := range append(three, alone) {
			look(t, s, at(now))
		}
	}
	proxy.Refuse()

	const burst = 30
	together, rate := 0, 0.0 // tokens an hour
	for _, s := range three {
		taken, next := takeAll(t, s, burst)
		together += taken
		rate += float64(time.Hour) / float64(next)
	}
	assert.Equal(t, burst, together)
	assert.InDelta(t, 1, rate, 0.1)
	for _, s := range []*Store{alone, deaf} { // deaf has not looked yet
		taken, next := takeAll(t, s, burst)
		assert.Equal(t, burst, taken)
		assert.InDelta(t, 1, next.Hours(), 0.1)
	}
	wait, err := three[0].Limits.Take(t.Context(), "y", 1, 2, 2)
	require.NoError(t, err)
	assert.Zero(t, wait, "a part of the burst is never less than what is taken at once")
}
