// Package codeartsim is a CodeArts on localhost: it serves a folder of builds
// and check runs through the log endpoints of CodeArts Build and CodeArts
// Check, for the demo and for the tests.
//
// It is written from the vendor's documentation and from what is recorded of
// the real service, and shares no code with the client it stands in for: were
// both to read a page wrongly, no test would show it. Where the documentation
// is silent it does this:
//
//   - Offsets count bytes. A page covers [start_offset, end_offset); ascending
//     continues at the end_offset sent back, descending at the start_offset.
//     Both zero begins: at the first line ascending, behind the last line
//     descending. Descending pages hold their lines oldest first and always say
//     has_more false, as the documented example does.
//   - size is 1,000 when left out or 0, and 1,000 when more is asked for.
//     FinishedLog has no size and ignores one.
//   - FinishedLog of a build that still runs is an empty log without more.
//   - StepLog of a step the build does not have is an empty log without more.
//   - A record nobody knows is refused like a task nobody knows (422), a stage
//     the record does not have with 404 and the code for a wrong file name.
//   - DEBUG gives the step's debug file where the folder has one, else the
//     ordinary one.
//
// Every path but those of the five documented endpoints and record-info is
// refused as a gateway refuses what is not published: 404 APIGW.0101.
package codeartsim

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sync/atomic"
	"time"
)

// Config says what a Server serves and to whom. With neither AccessKey nor
// Token set every request is let in.
type Config struct {
	FS fs.FS // the folder; Demo is one and its README describes the form

	AccessKey     string // the one key that may sign
	SecretKey     string
	SecurityToken string // of a temporary key: signed requests must then carry it
	Token         string // accepted as X-Auth-Token

	Clock  func() time.Time // time.Now when nil: dates, clock skew, the lock of a key
	Faults []Fault          // what to do wrong; see Faults
}

// Server answers like the hosts of CodeArts Build and CodeArts Check in one. It
// is an http.Handler, keeps every file of the folder in memory once, and is
// safe for concurrent use.
type Server struct {
	folder *folder
	gate   gate
	faults faults
	clock  func() time.Time
	routes http.Handler
	counts [endpoints]atomic.Int64
}

// New reads the folder and prepares a Server. The error lists everything that
// is wrong in the folder, each with its file and field.
func New(c Config) (*Server, error) {
	if (c.AccessKey == "") != (c.SecretKey == "") {
		return nil, errors.New("codeartsim: access key and secret key belong together")
	}
	if c.FS == nil {
		return nil, errors.New("codeartsim: no folder to serve")
	}
	f, err := load(c.FS)
	if err != nil {
		return nil, fmt.Errorf("codeartsim: read folder: %w", err)
	}
	s := &Server{folder: f, clock: c.Clock}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.faults, err = newFaults(c.Faults); err != nil {
		return nil, fmt.Errorf("codeartsim: %w", err)
	}
	s.gate = gate{
		accessKey: c.AccessKey, secretKey: c.SecretKey, securityToken: c.SecurityToken,
		token: c.Token, clock: s.clock,
	}
	s.routes = s.publish()
	return s, nil
}

// endpoint is an index into the counters of a Server.
type endpoint int

const (
	finishedLog endpoint = iota
	liveLog
	stepLog
	checkLog
	stepFile
	recordInfo
	elsewhere // whatever is not published
	endpoints // how many there are
)

func (s *Server) publish() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/log/stage/page", s.serve(finishedLog, s.finishedLog))
	mux.HandleFunc("GET /v1/log/{job_id}/{build_no}/real-time-log", s.serve(liveLog, s.liveLog))
	mux.HandleFunc("GET /v1/log/task/step", s.serve(stepLog, s.stepLog))
	mux.HandleFunc("GET /v1/console-log", s.serve(checkLog, s.checkLog))
	mux.HandleFunc("GET /v4/{record_id}/task-log", s.serve(stepFile, s.stepFile))
	if !s.faults.has(RecordInfoMissing) {
		mux.HandleFunc("GET /v1/record/{job_id}/{build_no}/record-info", s.serve(recordInfo, s.recordInfo))
	}
	mux.HandleFunc("/", s.notPublished)
	return mux
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var id [16]byte
	rand.Read(id[:]) // never fails
	w.Header().Set("X-Request-Id", hex.EncodeToString(id[:]))
	w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	if path.Clean(r.URL.Path) != r.URL.Path {
		s.notPublished(w, r) // the mux would redirect, a gateway does not
		return
	}
	s.routes.ServeHTTP(w, r)
}

// serve lets a request pass the gateway and then the endpoint. An answer that
// fails returns a *refused before it has written anything.
func (s *Server) serve(e endpoint, answer func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.counts[e].Add(1)
		err := s.gate.admit(w, r)
		if err == nil {
			err = s.throttle(w)
		}
		if err == nil {
			err = answer(w, r)
		}
		if err != nil {
			s.refuse(w, err)
		}
	}
}

func (s *Server) notPublished(w http.ResponseWriter, r *http.Request) {
	s.counts[elsewhere].Add(1)
	s.refuse(w, gatewayRefusal(http.StatusNotFound, codeNotPublished,
		"The API does not exist or has not been published in the environment"))
}

// Requests counts what a Server was asked for, refused requests included.
type Requests struct {
	FinishedLog, LiveLog, StepLog, CheckLog int64 // pages
	StepFile, RecordInfo                    int64
	Elsewhere                               int64 // paths and methods that are not published
}

// Pages is how many log pages were asked for, of whichever log.
func (r Requests) Pages() int64 { return r.FinishedLog + r.LiveLog + r.StepLog + r.CheckLog }

// Requests returns the counts since New.
func (s *Server) Requests() Requests {
	return Requests{
		FinishedLog: s.counts[finishedLog].Load(),
		LiveLog:     s.counts[liveLog].Load(),
		StepLog:     s.counts[stepLog].Load(),
		CheckLog:    s.counts[checkLog].Load(),
		StepFile:    s.counts[stepFile].Load(),
		RecordInfo:  s.counts[recordInfo].Load(),
		Elsewhere:   s.counts[elsewhere].Load(),
	}
}

// Aliases maps the name of each served task to its 32-digit id.
func (s *Server) Aliases() map[string]string {
	names := map[string]string{}
	for _, b := range s.folder.builds {
		names[b.Task.Name] = b.Task.ID
	}
	return names
}

// CheckRuns maps the name of each served check run to its 32-digit id.
func (s *Server) CheckRuns() map[string]string {
	names := map[string]string{}
	for _, c := range s.folder.checks {
		names[c.Name] = c.Run
	}
	return names
}
