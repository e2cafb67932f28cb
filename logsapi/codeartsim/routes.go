package codeartsim

import (
	"net/http"
	"time"
)

func (s *Server) publish() http.Handler {
	mux := http.NewServeMux()
	for _, e := range endpoints() {
		mux.HandleFunc(e.pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(e, w, r) })
	}
	mux.HandleFunc("/", s.notPublished)
	return mux
}

// serve passes a request through the gateway and the faults to the handler.
func (s *Server) serve(e endpoint, w http.ResponseWriter, r *http.Request) {
	state := s.state.Load()
	now := s.clock()
	c := &exchange{ResponseWriter: w, request: r, faults: state.faults.forEndpoint(e), folder: state.folder.At(now),
		now: now, tokens: &s.tokens, ticket: s.ticket}
	if !c.faults.isPublished(e) {
		s.notPublished(w, r)
		return
	}
	s.counts[e.name].Add(1)
	gateway := c.now.Add(time.Duration(c.faults.amount(ClockSkew)))
	w.Header().Set("Date", gateway.UTC().Format(http.TimeFormat))
	end := c.wrapWriter(s.sleep)
	answered, err := false, s.authenticate(c, e, gateway)
	if err == nil {
		answered, err = c.answerForFault(e)
	}
	if err == nil && !answered {
		err = e.serve(c)
	}
	if err != nil {
		c.refuse(err)
	}
	end()
}

// authenticate refuses a request without valid credentials.
func (s *Server) authenticate(c *exchange, e endpoint, now time.Time) error {
	if e.name == nameTokens {
		return nil
	}
	redirected, leaked := checkTicket(c.request, c.ticket)
	if leaked {
		s.leakedCredentials.Add(1)
	}
	if redirected {
		return nil
	}
	return s.auth.admit(c, now)
}
