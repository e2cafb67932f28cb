package logsapi

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALogThatIsRefusedForTheMomentIsWaitedForFiveSecondsABuild(t *testing.T) {
	const backEndFails = `{"error_code":"CB.00030004","error_msg":"调用Octopus服务异常"}`
	for name, c := range map[string]struct {
		status   int
		body     string
		comesAt  time.Duration // 0 is never
		once     bool
		waits    time.Duration // for the first log
		requests int
	}{
		"it comes in a moment":                      {500, backEndFails, time.Second, false, 1500 * time.Millisecond, 3},
		"it comes from the archive":                 {404, `{"error_code":"CB.00030404","error_msg":"The log is being archived."}`, time.Second, false, 1500 * time.Millisecond, 3},
		"it never comes":                            {500, backEndFails, 0, false, 5 * time.Second, 5},
		"the record says that nothing of it ran":    {500, backEndFails, 0, true, 0, 1},
		"it comes, but nobody was to wait for that": {500, backEndFails, time.Second, true, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, requests := time.Now(), 0
				client := offline(t, func(*http.Request) (*http.Response, error) {
					if requests++; c.comesAt > 0 && time.Since(began) >= c.comesAt {
						return answer(200, aPage), nil
					}
					return answer(c.status, c.body), nil
				})
				_, err := client.Page(t.Context(), PageRequest{Log: FinishedLog{TaskID: vectorTask, Build: 7}, Finished: true, Once: c.once})
				comes := c.comesAt > 0 && !c.once
				if comes {
					require.NoError(t, err)
					assert.True(t, client.Dialects()[0].NotReady)
				} else {
					require.ErrorIs(t, err, ErrNotReady)
				}
				assert.Equal(t, c.waits, time.Since(began))
				assert.Equal(t, c.requests, requests)
				if comes || c.once {
					return
				}
				_, err = client.Page(t.Context(), PageRequest{Log: LiveLog{TaskID: vectorTask, Build: 7}, Finished: true})
				require.ErrorIs(t, err, ErrNotReady)
				assert.Equal(t, c.waits, time.Since(began), "the other log of the build is not waited for, too")
				_, err = client.Page(t.Context(), PageRequest{Log: LiveLog{TaskID: vectorTask, Build: 8}, Finished: true})
				require.ErrorIs(t, err, ErrNotReady)
				assert.Equal(t, 2*c.waits, time.Since(began), "that of another build is")
			})
		})
	}
}
