package logging

import (
	"bytes"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/requestid"
)

func TestALineOfARequestHasItsID(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		log := New(logrus.InfoLevel, asJSON, &out)
		log.WithContext(requestid.In(t.Context(), "k3v9q2ma")).Info("answered")
		log.Debug("not shown")
		if !asJSON {
			assert.Contains(t, out.String(), "level=info msg=answered request=k3v9q2ma\n")
			continue
		}
		var line map[string]string
		require.NoError(t, json.Unmarshal(out.Bytes(), &line), "one object, one line")
		assert.Equal(t, "k3v9q2ma", line["request"])
		assert.Equal(t, "answered", line["msg"])
	}
}

func TestAFailureIsLoggedOnceAMinuteWithItsCountAndOnceWhenItIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, hook := logtest.NewNullLogger()
		log.AddHook(requests{})
		troubles := NewTroubles(log)
		wrong := Trouble{Kind: "codearts_unauthorized", Source: "codearts/build", Says: "the signature is not accepted", Host: "build.test", Code: "APIGW.0301", Status: 401, Theirs: "r-1"}
		ctx := requestid.In(t.Context(), "k3v9q2ma")
		for range 90 { // a failure a second
			troubles.Failed(ctx, wrong)
			time.Sleep(time.Second)
		}
		lines := hook.AllEntries()
		require.Len(t, lines, 2)
		assert.Equal(t, logrus.Fields{"kind": "codearts_unauthorized", "host": "build.test", "code": "APIGW.0301", "status": 401, "service_request": "r-1", "request": "k3v9q2ma", "count": 1}, lines[0].Data)
		assert.Equal(t, 60, lines[1].Data["count"])
		assert.Equal(t, logrus.ErrorLevel, lines[1].Level)

		troubles.Works("codearts/check")
		assert.Len(t, hook.AllEntries(), 2, "that was another service")
		troubles.Works("codearts/build")
		troubles.Works("codearts/build")
		require.Len(t, hook.AllEntries(), 3)
		assert.Equal(t, "recovered: the signature is not accepted", hook.LastEntry().Message)
		assert.Equal(t, 90, hook.LastEntry().Data["count"])
		assert.Equal(t, 90*time.Second, hook.LastEntry().Data["lasted"])
		assert.Empty(t, troubles.Lasting())
	})
}

func TestAFailureOfSomeRequestsIsOverOnceItHasNotHappenedForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, hook := logtest.NewNullLogger()
		troubles := NewTroubles(log)
		troubles.Failed(t.Context(), Trouble{Kind: "codearts_forbidden", Source: "codearts/build", Quiet: time.Minute})
		troubles.Works("codearts/build")
		time.Sleep(59 * time.Second)
		troubles.Works("codearts/build")
		assert.Len(t, hook.AllEntries(), 1, "other requests work all the time")
		time.Sleep(time.Second)
		troubles.Works("codearts/build")
		assert.Len(t, hook.AllEntries(), 2)
	})
}
