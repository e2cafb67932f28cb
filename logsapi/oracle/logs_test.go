package oracle

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartsbuild/v3/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// reading is a log as one client reads it: its pages from the first to the last
// line and back, or a file.
type reading struct {
	up, down []logsapi.Page
	file     string
}

// texts are the logs that were read; down's pages come last page first.
func (r reading) texts() []string {
	if r.file != "" {
		return []string{r.file}
	}
	var up, down []string
	for _, p := range r.up {
		up = append(up, p.Text)
	}
	for _, p := range slices.Backward(r.down) {
		down = append(down, p.Text)
	}
	return []string{strings.Join(up, ""), strings.Join(down, "")}
}

// logComparison compares the two clients with each other and with what the
// simulator serves, byte for byte.
type logComparison struct {
	name, of, method string
	sdk              func(*testing.T, *service) (reading, error) // nil where the SDK has no such method
	ours             func(*testing.T, *service) (reading, error)
	served           func(*service) io.Reader // nil where the simulator does not tell
}

func (c logComparison) endpoint() string { return c.name }
func (c logComparison) what() string     { return c.of }

func (c logComparison) compare(t *testing.T, s *service) verdict {
	ours, err := c.ours(t, s)
	v := verdict{method: c.method, ours: worked(t, err, "logsapi")}
	if c.served != nil {
		log, err := io.ReadAll(c.served(s))
		require.NoError(t, err)
		require.NotEmpty(t, log)
		for _, text := range ours.texts() {
			assert.True(t, text == string(log), "logsapi reads %d bytes that are not the %d served", len(text), len(log))
		}
	}
	if c.sdk == nil {
		return v
	}
	sdk, err := c.sdk(t, s)
	v.sdk = worked(t, err, "the SDK")
	v.equal = fmt.Sprintf("%s: %s", same(t, sdk, ours), sdk.size())
	return v
}

func (r reading) size() string {
	if r.file != "" {
		return fmt.Sprintf("%d bytes", len(r.file))
	}
	return fmt.Sprintf("%d pages, %d bytes", len(r.up)+len(r.down), len(strings.Join(r.texts(), "")))
}

func ofLogs() []comparison {
	whole := func(s *service) io.Reader { return s.sim.BuildLog(task, failed) }
	return []comparison{
		logComparison{
			name: "finished-log", method: "ShowActionIInfo", served: whole,
			sdk:  paged(finishedBySDK),
			ours: ourPages(logsapi.FinishedLog{TaskID: task, Build: failed}),
		},
		logComparison{
			name: "live-log", method: "DownloadBuildRealTimeLog", served: whole,
			sdk:  paged(liveBySDK(failed)),
			ours: ourPages(logsapi.LiveLog{TaskID: task, Build: failed}),
		},
		logComparison{
			name: "live-log", of: "of a running build", method: "DownloadBuildRealTimeLog",
			served: func(s *service) io.Reader { return s.sim.BuildLog(task, running) },
			sdk:    paged(liveBySDK(running)),
			ours:   ourPages(logsapi.LiveLog{TaskID: task, Build: running}),
		},
		logComparison{
			name:   "step-log",
			served: func(s *service) io.Reader { return s.sim.StepLog(task, failed, steps) },
			ours:   ourPages(logsapi.StepLog{TaskID: task, Build: failed, Step: stepID}),
		},
		logComparison{
			name:   "step-page",
			served: func(s *service) io.Reader { return s.sim.StepLog(task, failed, steps) },
			ours:   ourPages(logsapi.FinishedStepLog{TaskID: task, Build: failed, Step: stepID}),
		},
		logComparison{
			name:   "check-log",
			served: func(s *service) io.Reader { return s.sim.CheckLog(checkRun) },
			ours:   ourPages(logsapi.CheckLog{RunID: checkRun}),
		},
		logComparison{
			name: "step-file", method: "DownloadTaskLog",
			served: func(s *service) io.Reader { return s.sim.StepLog(task, failed, steps) },
			sdk:    fileBySDK("INFO"),
			ours:   ourFile(false),
		},
		logComparison{
			name: "step-file", of: "of level DEBUG", method: "DownloadTaskLog",
			sdk:  fileBySDK("DEBUG"),
			ours: ourFile(true),
		},
		logComparison{
			name: "build-file", method: "DownloadBuildLog", served: whole,
			sdk: func(_ *testing.T, s *service) (reading, error) {
				a, err := s.build.DownloadBuildLog(&model.DownloadBuildLogRequest{RecordId: record})
				if err != nil {
					return reading{}, err
				}
				return consumed(a)
			},
			ours: ourBuildFile,
		},
		logComparison{
			name: "build-file-v1", method: "DownloadBuildFullLog", served: whole,
			sdk: func(_ *testing.T, s *service) (reading, error) {
				a, err := s.build.DownloadBuildFullLog(&model.DownloadBuildFullLogRequest{RecordId: record})
				if err != nil {
					return reading{}, err
				}
				return consumed(a)
			},
			ours: without("build-file", ourBuildFile),
		},
		logComparison{
			name:   "step-file-v1",
			served: func(s *service) io.Reader { return s.sim.StepLog(task, failed, steps) },
			ours:   without("step-file", ourFile(false)),
		},
	}
}

// question asks the SDK for one page.
type question func(s *service, at logsapi.Cursor, sort string) (*model.OctopusV3LogResponseBodyResult, error)

func finishedBySDK(s *service, at logsapi.Cursor, sort string) (*model.OctopusV3LogResponseBodyResult, error) {
	a, err := s.build.ShowActionIInfo(&model.ShowActionIInfoRequest{
		JobId: task, BuildNo: failed, StartOffset: int32(at.Start), EndOffset: int32(at.End), Sort: &sort,
	})
	if err != nil {
		return nil, err
	}
	return a.Result, nil
}

func liveBySDK(number int32) question {
	return func(s *service, at logsapi.Cursor, sort string) (*model.OctopusV3LogResponseBodyResult, error) {
		start, end := int32(at.Start), int32(at.End)
		a, err := s.build.DownloadBuildRealTimeLog(&model.DownloadBuildRealTimeLogRequest{
			JobId: task, BuildNo: number, StartOffset: &start, EndOffset: &end, Sort: &sort, Size: "1000",
		})
		if err != nil {
			return nil, err
		}
		return a.Result, nil
	}
}

const maxPages = 100 // of a log in testdata; it has four

// paged reads a log with the SDK as its documentation says: the offsets of each
// answer are those of the next request.
func paged(ask question) func(*testing.T, *service) (reading, error) {
	return func(t *testing.T, s *service) (r reading, err error) {
		if r.up, err = walk(t, s, ask, "AES"); err == nil {
			r.down, err = walk(t, s, ask, "DESC")
		}
		return r, err
	}
}

func walk(t *testing.T, s *service, ask question, sort string) (pages []logsapi.Page, err error) {
	var at logsapi.Cursor
	for range maxPages {
		result, err := ask(s, at, sort)
		if err != nil {
			return nil, err
		}
		require.NotNil(t, result, "an empty success")
		at.Start, err = strconv.ParseInt(*result.StartOffset, 10, 32)
		require.NoError(t, err)
		at.End, err = strconv.ParseInt(*result.EndOffset, 10, 32)
		require.NoError(t, err)
		last := !*result.HasMore
		if sort == "DESC" {
			last = at.Start == 0
		}
		pages = append(pages, logsapi.Page{Text: *result.Log, Next: at, Last: last})
		if last {
			return pages, nil
		}
	}
	return nil, fmt.Errorf("no end after %d pages", maxPages)
}

func ourPages(log logsapi.Log) func(*testing.T, *service) (reading, error) {
	return func(t *testing.T, s *service) (r reading, err error) {
		for page, err := range logsapi.Pages(t.Context(), s.ours, logsapi.PageRequest{Log: log}) {
			if err != nil {
				return r, err
			}
			r.up = append(r.up, page)
		}
		for page, err := range logsapi.Pages(t.Context(), s.ours, logsapi.PageRequest{Log: log, Order: logsapi.Descending}) {
			if err != nil {
				return r, err
			}
			r.down = append(r.down, page)
		}
		return r, nil
	}
}

func fileBySDK(level string) func(*testing.T, *service) (reading, error) {
	return func(_ *testing.T, s *service) (reading, error) {
		a, err := s.build.DownloadTaskLog(&model.DownloadTaskLogRequest{
			RecordId: record, TaskName: fmt.Sprintf("stage%d", steps), LogLevel: &level,
		})
		if err != nil {
			return reading{}, err
		}
		var file strings.Builder
		_, err = a.Consume(&file)
		return reading{file: file.String()}, err
	}
}

// consumed reads a file of the SDK.
func consumed(a interface {
	Consume(io.Writer) (int64, error)
}) (reading, error) {
	var file strings.Builder
	_, err := a.Consume(&file)
	return reading{file: file.String()}, err
}

// without reads while an endpoint is not published.
func without(endpoint string, read func(*testing.T, *service) (reading, error)) func(*testing.T, *service) (reading, error) {
	return func(t *testing.T, s *service) (reading, error) {
		if err := s.sim.SetFaults(codeartsim.Fault("not-published=" + endpoint)); err != nil {
			return reading{}, err
		}
		return read(t, s)
	}
}

func ourBuildFile(t *testing.T, s *service) (reading, error) {
	d, err := s.ours.OpenBuildFile(t.Context(), record)
	if err != nil {
		return reading{}, err
	}
	defer d.Close()
	file, err := io.ReadAll(d)
	return reading{file: string(file)}, err
}

func ourFile(debug bool) func(*testing.T, *service) (reading, error) {
	return func(t *testing.T, s *service) (reading, error) {
		d, err := s.ours.OpenStepFile(t.Context(), logsapi.StepFile{RecordID: record, Step: steps, Debug: debug})
		if err != nil {
			return reading{}, err
		}
		defer d.Close()
		file, err := io.ReadAll(d)
		return reading{file: string(file)}, err
	}
}
