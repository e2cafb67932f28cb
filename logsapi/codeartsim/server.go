// Package codeartsim is a CodeArts on localhost: it serves a folder of builds and
// check runs through the endpoints of CodeArts Build and CodeArts Check, and the
// two of IAM that issue tokens, for the demo and for the tests.
//
// It is written from the vendor's documentation and from recordings of the real
// service, and shares no code with the client that it tests: if both read a page
// wrongly, no test would show it. Where the documentation is silent it does this:
//
//   - Offsets count bytes. A page covers [start_offset, end_offset); ascending
//
// continues at the end_offset sent back, descending at the start_offset. Both zero
// begins: at the first line ascending, after the last line descending. Descending
// pages hold their lines oldest first and always have has_more false, as the
// documented example does.
//   - size is 1,000 if it is missing or 0, and at most 1,000. FinishedLog has no
//
// size and ignores one.
//   - FinishedLog of a running build is an empty log with has_more false.
//   - LiveLog and StepLog of a running build end at the last line that has arrived,
//
// with has_more false.
//   - StepLog of a step that the build does not have is an empty log with has_more
//
// false.
//   - The step page has the log of a step once its build is finished, and no size.
//   - A build that never ran has no log: 500 and the code of a failed executor.
//   - An unknown record is refused like an unknown task (422), a stage that the
//
// record does not have with 404 and the code for a wrong file name.
//   - DEBUG returns the debug file of the step if the folder has one and the step
//
// is finished, else the ordinary file.
//   - Times without a zone are local time in China.
//
// Every path but those of Endpoints and of IAM is refused as a gateway refuses an
// unpublished path: 404 APIGW.0101.
package codeartsim

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"sync/atomic"
	"time"

	"logbot/logsapi/codeartsim/folder"
)

// Config is what a Server serves and to whom. If none of AccessKey, Token and IAM
// is set, it accepts every request.
type Config struct {
	FS     fs.FS // the folder, such as Demo; demo/README.md describes its form
	Recent bool  // move all times by whole days, so that the newest build is from the last 24 hours

	AccessKey     string // the only valid key
	SecretKey     string
	SecurityToken string // of a temporary key; signed requests must have it
	Token         string // accepted as X-Auth-Token
	IAM           IAM    // the user who can get tokens

	Clock  func() time.Time                                 // time.Now if nil
	Sleep  func(ctx context.Context, d time.Duration) error // for Latency and Bandwidth; a real sleep if nil
	Faults []Fault                                          // see Faults
}

// Server answers like the hosts of CodeArts Build, CodeArts Check and IAM in one.
// It is an http.Handler, holds every file of the folder in memory once, and is safe
// for concurrent use.
type Server struct {
	config            Config
	started           time.Time
	state             atomic.Pointer[folderAndFaults]
	auth              authenticator
	tokens            tokenStore
	ticket            string // authorises a redirected request
	clock             func() time.Time
	sleep             func(context.Context, time.Duration) error
	routes            http.Handler
	counts            map[string]*atomic.Int64 // by endpoint; the map never changes
	leakedCredentials atomic.Int64
}

// folderAndFaults is what SetFaults changes.
type folderAndFaults struct {
	faults faults
	folder *folder.Folder
}

// New reads the folder and returns a Server. The error lists every problem of the
// folder with its file and field.
func New(c Config) (*Server, error) {
	if (c.AccessKey == "") != (c.SecretKey == "") {
		return nil, errors.New("codeartsim: access key and secret key belong together")
	}
	if c.FS == nil {
		return nil, errors.New("codeartsim: no folder to serve")
	}
	s := &Server{config: c, clock: c.Clock, sleep: c.Sleep, ticket: rand.Text(), counts: map[string]*atomic.Int64{nameUnpublished: {}}}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.sleep == nil {
		s.sleep = sleep
	}
	s.started = s.clock()
	s.tokens.IAM = c.IAM
	s.auth = authenticator{accessKey: c.AccessKey, secretKey: c.SecretKey, securityToken: c.SecurityToken, token: c.Token, tokens: &s.tokens}
	for _, e := range endpoints() {
		s.counts[e.name] = new(atomic.Int64)
	}
	s.routes = s.publish()
	if err := s.SetFaults(c.Faults...); err != nil {
		return nil, err
	}
	return s, nil
}

// SetFaults replaces the enabled faults for all following requests and resets their
// counts. After an error nothing has changed.
func (s *Server) SetFaults(list ...Fault) error {
	f, err := newFaults(list)
	if err != nil {
		return fmt.Errorf("codeartsim: %w", err)
	}
	next := &folderAndFaults{faults: f}
	if previous := s.state.Load(); previous != nil && f.alteration() == nil && previous.faults.alteration() == nil {
		next.folder = previous.folder
	} else {
		if next.folder, err = folder.Load(s.config.FS, s.started, s.config.Recent, f.alteration()); err != nil {
			return fmt.Errorf("codeartsim: read folder: %w", err)
		}
	}
	s.state.Store(next)
	return nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var id [16]byte
	rand.Read(id[:]) // never fails
	w.Header().Set("X-Request-Id", hex.EncodeToString(id[:]))
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	if path.Clean(r.URL.Path) != r.URL.Path {
		s.notPublished(w, r) // the mux would redirect; a gateway does not
		return
	}
	s.routes.ServeHTTP(w, r)
}

func (s *Server) notPublished(w http.ResponseWriter, _ *http.Request) {
	s.counts[nameUnpublished].Add(1)
	c := &exchange{ResponseWriter: w}
	c.refuse(gatewayRefusal(http.StatusNotFound, codeNotPublished,
		"The API does not exist or has not been published in the environment"))
}

// Requests counts the requests to a Server, including refused ones.
type Requests struct {
	FinishedLog, LiveLog, StepLog, CheckLog int64 // pages; StepLog by either endpoint
	StepFile, RecordInfo                    int64
	Further                                 int64 // of the other further endpoints
	IAM                                     int64 // tokens and projects
	Elsewhere                               int64 // paths and methods that are not published
	Leaked                                  int64 // with credentials at the host of RedirectAway
}

// Pages returns the number of requests for log pages of all kinds.
func (r Requests) Pages() int64 { return r.FinishedLog + r.LiveLog + r.StepLog + r.CheckLog }

// Requests returns the counts since New.
func (s *Server) Requests() Requests {
	r := Requests{Leaked: s.leakedCredentials.Load()}
	counts := s.Counts()
	for _, e := range endpoints() {
		switch {
		case e.kind == identity:
			r.IAM += counts[e.name]
		case e.kind == further && e.name != nameRecordInfo && e.name != nameStepPage:
			r.Further += counts[e.name]
		}
	}
	r.FinishedLog, r.LiveLog, r.CheckLog = counts[nameFinishedLog], counts[nameLiveLog], counts[nameCheckLog]
	r.StepLog = counts[nameStepLog] + counts[nameStepPage]
	r.StepFile, r.RecordInfo, r.Elsewhere = counts[nameStepFile], counts[nameRecordInfo], counts[nameUnpublished]
	return r
}

// Counts returns the counts by the name of the endpoint. Those of IAM are tokens
// and projects; elsewhere counts unpublished paths.
func (s *Server) Counts() map[string]int64 {
	counts := map[string]int64{}
	for name, n := range s.counts {
		counts[name] = n.Load()
	}
	return counts
}

// BuildLog returns the log of a build at this moment, byte for byte as the pages
// have it, or nil if there is no such build. FinishedLog is empty while the build
// runs.
func (s *Server) BuildLog(task string, number int64) *io.SectionReader {
	on := s.state.Load()
	b, _ := on.folder.Build(task, number)
	if b == nil {
		return nil
	}
	log := b.Snapshot(s.clock()).Log
	return io.NewSectionReader(log, 0, log.Size)
}

// StepLog returns the part of BuildLog that one step has written; the first step is
// 1.
func (s *Server) StepLog(task string, number int64, step int) *io.SectionReader {
	on := s.state.Load()
	b, _ := on.folder.Build(task, number)
	if b == nil || step < 1 || step > len(b.Steps) {
		return nil
	}
	log := b.Snapshot(s.clock()).Steps[step-1].Log
	return io.NewSectionReader(log, 0, log.Size)
}

// CheckLog returns the log of a check run, or nil if there is no such run.
func (s *Server) CheckLog(run string) *io.SectionReader {
	c := s.state.Load().folder.Check(run)
	if c == nil {
		return nil
	}
	return io.NewSectionReader(c.Log, 0, c.Log.Size)
}

// Aliases maps the name of each served task to its 32-digit id.
func (s *Server) Aliases() map[string]string {
	names := map[string]string{}
	for _, b := range s.state.Load().folder.Builds {
		names[b.Task.Name] = b.Task.ID
	}
	return names
}

// Projects maps the name of each project that has tasks to its 32-digit id.
func (s *Server) Projects() map[string]string {
	names := map[string]string{}
	for _, b := range s.state.Load().folder.Builds {
		if b.Task.Project.ID != "" {
			names[b.Task.Project.Name] = b.Task.Project.ID
		}
	}
	for _, c := range s.state.Load().folder.Checks {
		if c.Project.ID != "" {
			names[c.Project.Name] = c.Project.ID
		}
	}
	return names
}

// CheckRuns maps the name of each check task to the 32-digit id of its latest
// run.
func (s *Server) CheckRuns() map[string]string {
	names, latest := map[string]string{}, map[string]time.Time{}
	for _, c := range s.state.Load().folder.Checks {
		if at, ok := latest[c.Name]; !ok || at.Before(c.Started) {
			names[c.Name], latest[c.Name] = c.Run, c.Started
		}
	}
	return names
}
