package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHealthcheckSaysHowTheBotIs(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte(`{"of":"` + r.URL.Path + `"}` + "\n"))
	}))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	_, port, _ := strings.Cut(address, ":")
	nobody := freeAddress(t)
	for _, c := range []struct {
		listens string
		args    []string
		status  int
		says    string
	}{
		{address, nil, 0, `{"of":"/healthz"}`},
		{":" + port, nil, 0, `{"of":"/healthz"}`},
		{"0.0.0.0:" + port, nil, 0, `{"of":"/healthz"}`},
		{"[::]:" + port, nil, 0, `{"of":"/healthz"}`},
		{address, []string{"--ready"}, 1, `/readyz: 503 Service Unavailable: {"of":"/readyz"}`},
		{nobody, nil, 1, "connection refused"},
		{"", nil, 1, "LOGBOT_LISTEN is not set"},
	} {
		env := map[string]string{"LOGBOT_LISTEN": c.listens, "HTTP_PROXY": "http://127.0.0.1:1"}
		status, out, errs := program(t, env, append([]string{"healthcheck"}, c.args...)...)
		assert.Equal(t, c.status, status, "%s %v: %s", c.listens, c.args, errs)
		assert.Contains(t, out+errs, c.says)
	}
}
