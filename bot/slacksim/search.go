package slacksim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Search looks for text in everything that the app sent: arguments, strings inside
// their JSON, acknowledgements and the bytes of files, but not in the tokens that
// authorised calls. It describes the places where it found the text. An error means
// that the record is not complete, so that an empty result proves nothing.
func (s *Server) Search(text string) ([]string, error) {
	s.mu.Lock()
	calls, dropped := slices.Clone(s.traffic.calls), s.traffic.dropped
	files := slices.Collect(maps.Values(s.uploads))
	s.mu.Unlock()
	var found []string
	for i, c := range calls {
		for k, v := range c.Args {
			if holds(v, text) || strings.Contains(k, text) {
				found = append(found, fmt.Sprintf("call %d, %s, argument %q", i+1, c.Method, k))
			}
		}
	}
	for _, u := range files {
		if u.content == nil {
			continue
		}
		in, err := u.content.contains(text)
		if err != nil {
			return found, fmt.Errorf("slacksim: search file %s: %w", u.name, err)
		}
		if in {
			found = append(found, "file "+u.name)
		}
	}
	slices.Sort(found)
	if dropped > 0 {
		return found, fmt.Errorf("slacksim: the first %d calls are no longer in the record", dropped)
	}
	return found, nil
}

// holds reports whether v contains text, or v is JSON with a string that contains
// it.
func holds(v, text string) bool {
	if strings.Contains(v, text) {
		return true
	}
	if !strings.ContainsAny(v, `"`) {
		return false
	}
	dec := json.NewDecoder(strings.NewReader(v))
	for {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		if s, ok := token.(string); ok && s != v && holds(s, text) {
			return true
		}
	}
}
