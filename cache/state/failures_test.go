package state

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var failuresContract = map[string]func(*testing.T, *Store){
	"a build counts once":                                testABuildCountsOnce,
	"the last key counts":                                testTheLastKeyCounts,
	"what is known of a build is not lost":               testWhatIsKnownOfABuildIsNotLost,
	"a build without a key counts for no failure":        testABuildWithoutAKeyCountsForNoFailure,
	"lists are bounded, and counts stay true":            testListsAreBoundedAndCountsStayTrue,
	"old builds and failures are forgotten":              testOldBuildsAndFailuresAreForgotten,
	"green builds in between":                            testGreenBuildsInBetween,
	"green builds are bounded":                           testGreenBuildsAreBounded,
	"a failure is claimed by one":                        testAFailureIsClaimedByOne,
	"a claim ends when each place is green":              testAClaimEndsWhenEachPlaceIsGreen,
	"a claim ends by age":                                testAClaimEndsByAge,
	"what cannot be stored is refused":                   testWhatCannotBeStoredIsRefused,
	"many who record at once end exact":                  testManyWhoRecordAtOnceEndExact,
	"many who record one build with two keys end in one": testManyWhoRecordOneBuildWithTwoKeysEndInOne,
}

func TestEveryBackendRemembersFailures(t *testing.T) {
	all := backends()
	all["Cluster"] = clusterBackend
	for name, start := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := start(t)
			for name, test := range failuresContract {
				t.Run(name, func(t *testing.T) { test(t, open(t, Options{})) })
			}
		})
	}
}

// broke is a sighting of a build that started so many minutes after noon.
func broke(key, task string, build int64, minutes int) Sighting {
	return Sighting{
		Key: key, Text: "why " + key, Task: task, Name: "name of " + task, Build: build, Branch: "main",
		Commit: "c" + strconv.FormatInt(build, 10), Who: "王磊", Step: "编译", At: at(time.Duration(minutes) * time.Minute),
	}
}

func saw(t *testing.T, s *Store, all ...Sighting) (last Failure) {
	t.Helper()
	for _, b := range all {
		last = must[Failure](t)(s.Failures.Saw(t.Context(), at(time.Hour), b))
	}
	return last
}

func failureOf(t *testing.T, s *Store, now time.Time, key string) Failure {
	t.Helper()
	f, _, err := s.Failures.Failure(t.Context(), now, key)
	require.NoError(t, err)
	return f
}

func numbers(builds []Sighting) []int64 {
	all := []int64{}
	for _, b := range builds {
		all = append(all, b.Build)
	}
	return all
}

func testABuildCountsOnce(t *testing.T, s *Store) {
	f := saw(t, s, broke("1:npe", "web", 126, 1), broke("1:npe", "web", 128, 9), broke("1:npe", "api", 57, 5))
	for range 3 {
		f = saw(t, s, broke("1:npe", "web", 126, 1))
	}
	assert.Equal(t, 3, f.Count)
	assert.Equal(t, []int64{128, 57, 126}, numbers(f.Builds), "by their start")
	assert.True(t, at(time.Minute).Equal(f.First), f.First)
	assert.True(t, at(9*time.Minute).Equal(f.Last), f.Last)
	assert.Equal(t, "why 1:npe", f.Text)
	assert.Equal(t, []Tally{{"web", "name of web", 2}, {"api", "name of api", 1}}, f.Tasks)
	assert.Equal(t, []Tally{{Name: "main", Count: 3}}, f.Branches)
	assert.Equal(t, []Tally{{Name: "王磊", Count: 3}}, f.People)
	assert.Equal(t, f, failureOf(t, s, at(time.Hour), "1:npe"), "what Saw returned")

	of := must[[]Sighting](t)(s.Failures.OfTask(t.Context(), at(time.Hour), "web", 5))
	want := broke("1:npe", "web", 128, 9)
	require.Len(t, of, 2)
	assert.Equal(t, want, of[0])
	assert.Len(t, must[[]Sighting](t)(s.Failures.OfTask(t.Context(), at(time.Hour), "web", 1)), 1)
	one, found, err := s.Failures.OfBuild(t.Context(), at(time.Hour), "web", 128)
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, want, one)
	_, found, err = s.Failures.OfBuild(t.Context(), at(time.Hour), "web", 127)
	require.NoError(t, err)
	assert.False(t, found)
	_, found, err = s.Failures.Failure(t.Context(), at(time.Hour), "1:other")
	require.NoError(t, err)
	assert.False(t, found)
}

// The log of a build grew after it was read first: its later lines say more.
func testTheLastKeyCounts(t *testing.T, s *Store) {
	saw(t, s, broke("1:first", "web", 120, 0), broke("1:first", "web", 126, 1), broke("1:first", "web", 128, 9))
	f := saw(t, s, broke("1:second", "web", 128, 9))
	assert.Equal(t, 1, f.Count)
	first := failureOf(t, s, at(time.Hour), "1:first")
	assert.Equal(t, 2, first.Count)
	assert.Equal(t, []int64{126, 120}, numbers(first.Builds))
	assert.True(t, at(time.Minute).Equal(first.Last), first.Last)
	assert.Equal(t, 2, first.Tasks[0].Count)
	saw(t, s, broke("1:second", "web", 120, 0))
	first = failureOf(t, s, at(time.Hour), "1:first")
	assert.True(t, at(time.Minute).Equal(first.First), first.First)
	saw(t, s, broke("1:second", "web", 126, 1))
	_, found, err := s.Failures.Failure(t.Context(), at(time.Hour), "1:first")
	require.NoError(t, err)
	assert.False(t, found, "a failure without builds")
	assert.Equal(t, 3, saw(t, s, broke("1:second", "web", 126, 1)).Count)
}

func testWhatIsKnownOfABuildIsNotLost(t *testing.T, s *Store) {
	read := Sighting{Key: "1:npe", Task: "web", Build: 1, At: at(30 * time.Minute)} // when it was read
	saw(t, s, read)
	f := saw(t, s, broke("1:npe", "web", 1, 10))
	assert.True(t, at(10*time.Minute).Equal(f.First), "a build starts before it is read")
	f = saw(t, s, read)
	assert.Equal(t, 1, f.Count)
	assert.Equal(t, "王磊", f.Builds[0].Who)
	assert.Equal(t, "编译", f.Builds[0].Step)
	assert.Equal(t, []Tally{{Name: "main", Count: 1}}, f.Branches)
	assert.True(t, at(10*time.Minute).Equal(f.First), f.First)
}

func testABuildWithoutAKeyCountsForNoFailure(t *testing.T, s *Store) {
	unsure := broke("", "web", 2, 5)
	assert.Zero(t, saw(t, s, unsure))
	assert.Equal(t, []Sighting{unsure}, must[[]Sighting](t)(s.Failures.OfTask(t.Context(), at(time.Hour), "web", 5)))
	assert.Equal(t, 1, saw(t, s, broke("1:npe", "web", 2, 5)).Count)
	saw(t, s, unsure)
	_, found, err := s.Failures.Failure(t.Context(), at(time.Hour), "1:npe")
	require.NoError(t, err)
	assert.False(t, found)
}

func testListsAreBoundedAndCountsStayTrue(t *testing.T, s *Store) {
	const n = 70
	var f Failure
	for i := range n {
		b := broke("1:npe", "t"+strconv.Itoa(i%35), int64(i+1), i)
		b.Branch, b.Who = "b"+strconv.Itoa(i), "p"+strconv.Itoa(i%3)
		f = must[Failure](t)(s.Failures.Saw(t.Context(), at(2*time.Hour), b))
	}
	assert.Equal(t, n, f.Count)
	assert.Len(t, f.Builds, maxFailureBuilds)
	assert.Equal(t, int64(n), f.Builds[0].Build)
	assert.Len(t, f.Tasks, maxTallies)
	assert.Len(t, f.Branches, maxTallies)
	assert.Len(t, f.People, 3)
	for _, task := range f.Tasks {
		assert.Equal(t, 2, task.Count, task.Name)
	}
	assert.True(t, at(0).Equal(f.First))
	// A build beyond the list counts once, too, and can move.
	first := broke("1:npe", "t0", 1, 0)
	first.Branch, first.Who = "b0", "p0"
	again := must[Failure](t)(s.Failures.Saw(t.Context(), at(2*time.Hour), first))
	assert.Equal(t, f, again)
	first.Key = "1:other"
	must[Failure](t)(s.Failures.Saw(t.Context(), at(2*time.Hour), first))
	f = failureOf(t, s, at(2*time.Hour), "1:npe")
	assert.Equal(t, n-1, f.Count)
	assert.True(t, f.First.After(at(0)), f.First)
}

func testOldBuildsAndFailuresAreForgotten(t *testing.T, s *Store) {
	ctx, day := t.Context(), 24*time.Hour
	b := broke("1:npe", "web", 1, 0)
	must[Failure](t)(s.Failures.Saw(ctx, at(0), b))
	assert.Equal(t, 1, failureOf(t, s, at(FailureAge-time.Second), "1:npe").Count)
	assert.Zero(t, failureOf(t, s, at(FailureAge), "1:npe"))
	next := b
	next.Build, next.At = 2, at(89*day)
	assert.Equal(t, 2, must[Failure](t)(s.Failures.Saw(ctx, at(89*day), next)).Count)
	f := failureOf(t, s, at(91*day), "1:npe")
	assert.Equal(t, 2, f.Count, "the failure is remembered as long as it is seen")
	assert.Equal(t, []int64{2}, numbers(f.Builds))
	assert.True(t, at(0).Equal(f.First))
	assert.Equal(t, []int64{2}, numbers(must[[]Sighting](t)(s.Failures.OfTask(ctx, at(91*day), "web", 9))))
	assert.Equal(t, f, must[Failure](t)(s.Failures.Saw(ctx, at(91*day), b)), "a build that is too old is not recorded again")
	assert.Zero(t, failureOf(t, s, at(180*day), "1:npe"))
}

func testGreenBuildsInBetween(t *testing.T, s *Store) {
	ctx, now := t.Context(), at(time.Hour)
	greens := func(task string, builds ...int64) {
		var all []Green
		for _, n := range builds {
			all = append(all, Green{Task: task, Build: n, Branch: "main", Commit: "c" + strconv.FormatInt(n, 10), At: at(time.Duration(n) * time.Second)})
		}
		require.NoError(t, s.Failures.SawGreen(ctx, now, all))
	}
	greens("web", 120, 127, 125, 129)
	greens("api", 3, 99)
	greens("docs", 130)
	f := saw(t, s, broke("1:npe", "web", 126, 1), broke("1:npe", "web", 128, 9), broke("1:npe", "api", 57, 5))
	got := []string{}
	for _, g := range f.Greens {
		got = append(got, fmt.Sprintf("%s %d %s", g.Task, g.Build, g.Commit))
	}
	assert.Equal(t, []string{"web 129 c129", "web 127 c127", "api 99 c99"}, got, "after the first of their task, newest first")
	before := f
	greens("web", 120, 127, 125, 129)
	assert.Equal(t, before, failureOf(t, s, now, "1:npe"))
}

func testGreenBuildsAreBounded(t *testing.T, s *Store) {
	ctx := t.Context()
	saw(t, s, broke("1:npe", "web", 1, 0))
	for n := range int64(2 * maxTaskGreens) {
		require.NoError(t, s.Failures.SawGreen(ctx, at(time.Hour), []Green{{Task: "web", Build: n + 2, At: at(time.Duration(n) * time.Second)}}))
	}
	f := failureOf(t, s, at(time.Hour), "1:npe")
	assert.Len(t, f.Greens, maxTaskGreens)
	assert.Equal(t, int64(2*maxTaskGreens+1), f.Greens[0].Build)
	require.NoError(t, s.Failures.SawGreen(ctx, at(time.Hour), []Green{{Task: "web", Build: 999, At: at(-FailureAge)}}), "too old")
	assert.Equal(t, f, failureOf(t, s, at(time.Hour), "1:npe"))
}

// claimed claims a failure at a build for a user.
func claimed(t *testing.T, s *Store, key, task string, build int64, user string, take bool) (FailureClaim, error) {
	t.Helper()
	return s.Failures.Claim(t.Context(), at(time.Hour), NewClaim{Key: key, Task: task, Build: build, User: user, Name: "name of " + user, At: at(time.Hour), Take: take})
}

func testAFailureIsClaimedByOne(t *testing.T, s *Store) {
	ctx, now := t.Context(), at(time.Hour)
	_, err := claimed(t, s, "1:npe", "web", 128, "U1", false)
	require.ErrorIs(t, err, ErrNotSeen)
	saw(t, s, broke("1:npe", "web", 128, 9), broke("1:other", "web", 129, 10))
	_, err = claimed(t, s, "1:npe", "web", 129, "U1", false)
	require.ErrorIs(t, err, ErrNotSeen, "a build of another failure")
	c, err := claimed(t, s, "1:npe", "web", 128, "U1", false)
	require.NoError(t, err)
	assert.Equal(t, "U1", c.User)
	assert.Equal(t, "name of U1", c.Name)
	c, err = claimed(t, s, "1:npe", "web", 128, "U2", false)
	require.NoError(t, err)
	assert.Equal(t, "U1", c.User, "first come")
	assert.Equal(t, "U1", failureOf(t, s, now, "1:npe").Claim.User)
	assert.Equal(t, "U1", saw(t, s, broke("1:npe", "web", 130, 12)).Claim.User, "in every later message")
	c, err = claimed(t, s, "1:npe", "web", 128, "U2", true)
	require.NoError(t, err)
	assert.Equal(t, "U2", c.User)
	was, ended, err := s.Failures.Release(ctx, now, "1:npe", "U1")
	require.NoError(t, err)
	assert.False(t, ended)
	assert.Equal(t, "U2", was.User)
	was, ended, err = s.Failures.Release(ctx, now, "1:npe", "U2")
	require.NoError(t, err)
	assert.True(t, ended)
	assert.Equal(t, "U2", was.User)
	was, ended, err = s.Failures.Release(ctx, now, "1:npe", "U2")
	require.NoError(t, err)
	assert.False(t, ended)
	assert.Nil(t, was)
	assert.Nil(t, failureOf(t, s, now, "1:npe").Claim)
	_, err = claimed(t, s, "1:npe", "web", 128, "U3", false)
	require.NoError(t, err)
	_, ended, err = s.Failures.Release(ctx, now, "1:npe", "")
	require.NoError(t, err)
	assert.True(t, ended, "that of anybody")
}

func testAClaimEndsWhenEachPlaceIsGreen(t *testing.T, s *Store) {
	ctx, now := t.Context(), at(time.Hour)
	green := func(task, branch string, build int64) {
		t.Helper()
		require.NoError(t, s.Failures.SawGreen(ctx, now, []Green{{Task: task, Build: build, Branch: branch, At: now}}))
	}
	holder := func() string {
		t.Helper()
		if c := failureOf(t, s, now, "1:npe").Claim; c != nil {
			return c.User
		}
		return ""
	}
	on := func(b Sighting, branch string) Sighting { b.Branch = branch; return b }

	saw(t, s, broke("1:npe", "old", 7, 0), broke("1:npe", "web", 128, 9))
	must[FailureClaim](t)(claimed(t, s, "1:npe", "web", 128, "U1", false))
	green("web", "feature", 129)
	green("web", "main", 127)
	assert.Equal(t, "U1", holder(), "another branch, an earlier build")
	saw(t, s, on(broke("1:npe", "web", 130, 10), "feature"), broke("1:npe", "api", 5, 11))
	green("web", "main", 131)
	assert.Equal(t, "U1", holder(), "it fails elsewhere since")
	saw(t, s, broke("1:npe", "api", 6, 12))
	green("api", "main", 6)
	assert.Equal(t, "U1", holder(), "not after its last failure")
	green("api", "", 7)
	assert.Equal(t, "U1", holder(), "a branch is left")
	green("web", "feature", 140)
	assert.Empty(t, holder(), "what failed before the claimed build does not count")
	saw(t, s, broke("1:npe", "web", 150, 20))
	assert.Empty(t, holder(), "a claim that ended does not come back")

	// A place that is green already is not to be claimed, and not covered.
	green("web", "main", 151)
	_, err := claimed(t, s, "1:npe", "web", 150, "U1", false)
	require.ErrorIs(t, err, ErrGreenSince)
	saw(t, s, broke("1:npe", "web", 152, 21))
	must[FailureClaim](t)(claimed(t, s, "1:npe", "web", 150, "U1", false))
	assert.Equal(t, "U1", holder(), "a later build failed in the same way")
	green("web", "main", 153)
	assert.Empty(t, holder())

	// Green builds are heard of in any order.
	saw(t, s, broke("1:npe", "web", 160, 30))
	must[FailureClaim](t)(claimed(t, s, "1:npe", "web", 160, "U1", false))
	green("api", "main", 20)
	saw(t, s, broke("1:npe", "api", 19, 31))
	green("web", "main", 161)
	assert.Empty(t, holder())
}

func testAClaimEndsByAge(t *testing.T, s *Store) {
	saw(t, s, broke("1:npe", "web", 128, 9))
	must[FailureClaim](t)(claimed(t, s, "1:npe", "web", 128, "U1", false))
	assert.NotNil(t, failureOf(t, s, at(time.Hour+ClaimAge-time.Second), "1:npe").Claim)
	assert.Nil(t, failureOf(t, s, at(time.Hour+ClaimAge), "1:npe").Claim)
	late := broke("1:npe", "web", 130, 0)
	late.At = at(time.Hour + ClaimAge)
	assert.Nil(t, must[Failure](t)(s.Failures.Saw(t.Context(), late.At, late)).Claim)
}

func testWhatCannotBeStoredIsRefused(t *testing.T, s *Store) {
	ctx := t.Context()
	for _, b := range []Sighting{
		{Key: "1:a", Build: 1, At: at(0)}, {Key: "1:a", Task: "t", At: at(0)}, {Key: "1:a", Task: "t", Build: 1},
		{Key: "1:a", Task: "t\x00", Build: 1, At: at(0)},
		{Key: "1:a", Task: strings.Repeat("t", MaxID+1), Build: 1, At: at(0)},
		{Key: strings.Repeat("k", maxFailureKey+1), Task: "t", Build: 1, At: at(0)},
	} {
		_, err := s.Failures.Saw(ctx, at(0), b)
		require.Error(t, err, b)
	}
	long := broke("1:a", "t", 1, 0)
	long.Branch = strings.Repeat("枝", 200)
	f := saw(t, s, long)
	assert.LessOrEqual(t, len(f.Builds[0].Branch), maxFailureText)
	assert.Equal(t, f, saw(t, s, long))
	require.Error(t, s.Failures.SawGreen(ctx, at(0), []Green{{Build: 1}}))
	_, err := s.Failures.Claim(ctx, at(0), NewClaim{Key: "1:a", Task: "t", Build: 1})
	require.Error(t, err)
}

// recording calls do for each of n builds from eight sides at once.
func recording(n int, do func(side, build int)) {
	var working sync.WaitGroup
	for side := range 8 {
		working.Go(func() {
			for i := range n {
				do(side, (i*7+side*11)%n)
			}
		})
	}
	working.Wait()
}

func testManyWhoRecordAtOnceEndExact(t *testing.T, s *Store) {
	const n = 24
	recording(n, func(_, i int) {
		_, err := s.Failures.Saw(t.Context(), at(time.Hour), broke("1:npe", "t"+strconv.Itoa(i%4), int64(i+1), i))
		assert.NoError(t, err)
	})
	f := failureOf(t, s, at(time.Hour), "1:npe")
	assert.Equal(t, n, f.Count)
	for _, task := range f.Tasks {
		assert.Equal(t, n/4, task.Count)
	}
}

func testManyWhoRecordOneBuildWithTwoKeysEndInOne(t *testing.T, s *Store) {
	const n = 12
	recording(n, func(side, i int) {
		_, err := s.Failures.Saw(t.Context(), at(time.Hour), broke("1:"+strconv.Itoa(side%2), "web", int64(i+1), i))
		assert.NoError(t, err)
	})
	counts := map[string]int{}
	for _, b := range must[[]Sighting](t)(s.Failures.OfTask(t.Context(), at(time.Hour), "web", 99)) {
		counts[b.Key]++
	}
	assert.Equal(t, n, counts["1:0"]+counts["1:1"])
	for key, count := range counts {
		assert.Equal(t, count, failureOf(t, s, at(time.Hour), key).Count, key)
	}
}
