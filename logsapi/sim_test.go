package logsapi_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

const (
	simTask   = "48c66c6002964721be537cdc6ce0297b"
	simRecord = "2cc26382-b2cb-4234-8eb0-b37d362f4d4c"
	simRun    = "a777ff00d3cf4d369d87066806ae51c4"
	simStamp  = "[2006/01/02 15:04:05.000 GMT-07:00]"

	simBuild   = 7 // is finished
	simGrowing = 8 // begins with the server and takes simGrowth
	simGrowth  = 10 * time.Minute
	simSteps   = 3
)

var (
	simKeys = logsapi.Keys{AK: "AKSIMULATED01234", SK: "SKSIMULATED-0123456789"}
	simIAM  = codeartsim.IAM{User: "builder", Password: "pässword-0123", Domain: "公司", Project: "cn-north-4", ProjectID: strings.Repeat("0a", 16)}
	simUser = logsapi.User{Name: simIAM.User, Password: simIAM.Password, Domain: simIAM.Domain, Project: simIAM.Project}

	simFinished = logsapi.FinishedLog{TaskID: simTask, Build: simBuild}
	simLogs     = []logsapi.Log{
		simFinished,
		logsapi.LiveLog{TaskID: simTask, Build: simBuild},
		logsapi.StepLog{TaskID: simTask, Build: simBuild, Step: 12},
		logsapi.CheckLog{RunID: simRun},
	}
)

// oddLog is a log with the oddities that real ones have: lines without stamp,
// empty ones, entries glued to the one before, stamps out of order, Chinese.
func oddLog(r *rand.Rand, from time.Time, took time.Duration, lines int) string {
	var b strings.Builder
	for i := range lines {
		at := from.Add(took * time.Duration(i) / time.Duration(lines))
		if r.IntN(8) == 0 {
			at = at.Add(-time.Duration(r.IntN(900)) * time.Millisecond)
		}
		stamp := at.Format(simStamp)
		switch r.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "%s [INFO] [代码检出:external_pre_checkout] : 该步骤开始执行 %d\n", stamp, i)
		case 1:
			fmt.Fprintf(&b, "(Reading database ... %d%%\n", i)
		case 2:
			fmt.Fprintf(&b, "%s user name and password**** %s scmType is gitcode\n", stamp, stamp)
		case 3:
			b.WriteString("\n")
		case 4:
			fmt.Fprintf(&b, "%s %s\n", stamp, strings.Repeat("编译失败 \\n\t\"<&>\" 🙂 ", 1+r.IntN(60)))
		default:
			fmt.Fprintf(&b, "%s + go test ./... #%d\n", stamp, i)
		}
	}
	return b.String()
}

// oddFolder is a finished build, a growing one and a check run.
func oddFolder(r *rand.Rand) fstest.MapFS {
	start := time.Date(2026, 9, 10, 17, 26, 22, 0, time.FixedZone("", 8*3600))
	folder := fstest.MapFS{}
	var y strings.Builder
	for n, build := range []int{simBuild, simGrowing} {
		if n > 0 {
			y.WriteString("---\n")
		}
		fmt.Fprintf(&y, "task: {name: odd, id: %s}\nbuild: %d\nrecord: %s%d\nstate: FAILURE\nstarted: %s\nduration: %s\nsteps:\n",
			simTask, build, simRecord[:35], build, start.Format(time.RFC3339), simGrowth)
		for step := range simSteps {
			name := fmt.Sprintf("build%d-step%d.log", build, step+1)
			fmt.Fprintf(&y, "  - {name: step %d, step_id: %d, state: FAILURE, file: %s}\n", step+1, 11+step, name)
			const took = simGrowth / simSteps
			folder[name] = &fstest.MapFile{Data: []byte(oddLog(r, start.Add(time.Duration(step)*took), took, 60+r.IntN(200)))}
		}
		if build == simGrowing {
			y.WriteString("grows: true\n")
		}
	}
	folder["build.yaml"] = &fstest.MapFile{Data: []byte(y.String())}
	folder["check.log"] = &fstest.MapFile{Data: []byte(oddLog(r, start, time.Minute, 300))}
	folder["check.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, "name: style\nrun: %s\nstate: FAILURE\nstarted: %s\nduration: 61s\nfile: check.log\n",
		simRun, start.Format(time.RFC3339))}
	return folder
}

// simulation is a CodeArts on localhost and a client of it.
type simulation struct {
	*codeartsim.Server
	*logsapi.Client
	url string
}

// simulate starts one. What the config leaves out is an odd folder and simKeys.
func simulate(t testing.TB, c codeartsim.Config, o logsapi.Options) simulation {
	t.Helper()
	if c.FS == nil {
		c.FS = oddFolder(rand.New(rand.NewPCG(1, 2)))
	}
	c.AccessKey, c.SecretKey, c.IAM = simKeys.AK, simKeys.SK, simIAM
	server, err := codeartsim.New(c)
	require.NoError(t, err)
	s := httptest.NewServer(server)
	t.Cleanup(s.Close)
	o.BuildURL, o.CheckURL, o.IAMURL = s.URL, s.URL, s.URL
	if o.Credential == nil {
		o.Credential = simKeys
	}
	if o.Rate == 0 {
		o.Rate = 1e6
	}
	if o.Idle == 0 {
		o.Idle = 2 * time.Second
	}
	o.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	client, err := logsapi.New(o)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return simulation{server, client, s.URL}
}

// served is what a log holds now, as JSON can carry it.
func (s simulation) served(t testing.TB, l logsapi.Log) string {
	t.Helper()
	var r *io.SectionReader
	switch l := l.(type) {
	case logsapi.FinishedLog:
		r = s.BuildLog(l.TaskID, l.Build)
	case logsapi.LiveLog:
		r = s.BuildLog(l.TaskID, l.Build)
	case logsapi.StepLog:
		r = s.Server.StepLog(l.TaskID, l.Build, int(l.Step)-10)
	case logsapi.CheckLog:
		r = s.Server.CheckLog(l.RunID)
	}
	require.NotNil(t, r)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return carried(string(b))
}

// carried is what JSON makes of a text: U+FFFD for each byte that is no UTF-8.
func carried(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// whole walks a log and joins its pages; on an error it is what had been read.
func whole(t testing.TB, p logsapi.Pager, r logsapi.PageRequest) (text string, pages int, err error) {
	t.Helper()
	var texts []string
	for page, err := range logsapi.Pages(t.Context(), p, r) {
		if err != nil {
			return logsapi.Join(texts...), pages, err
		}
		pages++
		if r.Order == logsapi.Descending {
			texts = append([]string{page.Text}, texts...)
		} else {
			texts = append(texts, page.Text)
		}
	}
	return logsapi.Join(texts...), pages, nil
}
