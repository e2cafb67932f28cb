package logsapi

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"logbot/logsapi/wire"
)

// What the look at an address is for, see package wire.
type (
	Address = wire.Address
	Look    = wire.Look
)

// Addresses are those that a Client speaks to. Those of IAM are among them if its
// credential is a User.
func (c *Client) Addresses() []Address { return c.wire.Addresses() }

// Look sends one GET without a credential and reports what came; see
// wire.Requester.Look.
func (c *Client) Look(ctx context.Context, a Address, path string) (Look, error) {
	return c.wire.Look(ctx, a, path)
}

// Endpoint is one of the endpoints that a Client uses.
type Endpoint struct {
	Service string // as in Address.Name
	Path    string // with ids that nothing has
	Instead string // Path of the one that serves as well; empty if there is none
	Without string // what does not work without both, for operators
	Needed  bool   // without both there is no log
}

// Endpoints are those that a Client uses.
func Endpoints() []Endpoint {
	id, record := nobody, "00000000-0000-0000-0000-000000000000"
	build, check, pipeline := wire.BuildService.String(), wire.CheckService.String(), wire.PipelineService.String()
	finished, live := "/v1/log/stage/page", "/v1/log/"+id+"/1/real-time-log"
	return []Endpoint{
		{build, finished, live, "no log of a build can be read", true},
		{build, live, finished, "no log of a build can be read", true},
		{build, "/v1/log/task/step", "/v1/log/task/page", "steps are cut out of the whole log", false},
		{build, "/v4/" + record + "/task-log", "/v1/log/" + record + "/task-log", "/logs full cannot send the log of one step", false},
		{build, "/v4/" + record + "/download-log", "/v1/log/" + record + "/download-log", "/logs full reads the log page by page", false},
		{build, "/v1/job/" + id + "/list", "/v3/" + id + "/jobs", "tasks cannot be named, only aliases, ids and addresses", false},
		{build, "/v1/job/" + id + "/info", "", "a task that is known by its id has no name", false},
		{build, "/v1/job/" + id + "/running-status", "/v1/record/" + id + "/list", "the latest build is not known, so each command needs a number", false},
		{build, "/v1/record/" + id + "/list", "/v3/jobs/" + id + "/period-history", "/logs builds has no list, and watches see nothing", false},
		{build, "/v1/record/" + id + "/1/record-info", "", "answers do not say branch, commit and duration", false},
		{build, "/v1/record/" + record + "/full-stages", "/v3/jobs/" + id + "/1/history-details", "answers do not say which step failed", false},
		{build, "/v1/log/" + id + "/1/analysis", "", "answers lack what CodeArts itself says of a failure", false},
		{check, "/v1/console-log", "", "/logs check cannot read a log", true},
		{check, "/v2/" + id + "/tasks", "", "check tasks cannot be named", false},
		{check, "/v4/tasks/" + id + "/jobs", "/v4/tasks/" + id + "/last-jobs", "the runs of a check task are not known", false},
		{pipeline, "/v5/" + id + "/api/pipelines/" + id + "/pipeline-runs/detail", "", "the address of a pipeline run does not lead to its build", false},
	}
}

// nobody is an id that no task and no project has.
var nobody = strings.Repeat("0", 32)

// Accepted asks for something with the credential and returns the error if that is
// refused. It asks for a build that does not exist, in one request: any answer of the
// service itself shows that the credential is accepted.
func (c *Client) Accepted(ctx context.Context) error {
	asks := []wire.Request{
		{Path: "/v1/job/" + nobody + "/running-status"},
		{Path: "/v1/log/stage/page", Query: url.Values{"job_id": {nobody}, "build_no": {"1"}, "start_offset": {"0"}, "end_offset": {"0"}}},
	}
	if len(c.wire.AddressesOf(wire.BuildService)) == 0 {
		asks = []wire.Request{{Service: wire.CheckService, Path: "/v1/console-log", Query: url.Values{"job_id": {nobody}, "start_offset": {"0"}, "end_offset": {"0"}, "size": {"1"}}}}
	}
	var err error
	for _, q := range asks {
		q.Op = "show the credential"
		if _, err = wire.Get[struct{}](ctx, c.wire, q); !errors.Is(err, ErrNotPublished) {
			break
		}
	}
	var answered *Error
	if errors.As(err, &answered) && answered.Status != 0 && !errors.Is(err, ErrUnauthorized) && !errors.Is(err, ErrUnavailable) &&
		!errors.Is(err, ErrThrottled) && !errors.Is(err, ErrProtocol) && !errors.Is(err, ErrNotPublished) || errors.Is(err, ErrNotReady) {
		return nil
	}
	return err
}
