package slacksim

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// apiCall is one request of the Web API: its arguments from query, form or JSON.
type apiCall struct {
	args        map[string]string // JSON values other than strings stay JSON
	token       string
	tokenHeader bool
	baseURL     string // see baseURL
	done        <-chan struct{}
}

func isJSON(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "application/json"
}

// readCall reads the arguments. It keeps the token out of the record, so that a
// search of the record finds it only if it leaked.
func readCall(w http.ResponseWriter, r *http.Request, record *Call) (*apiCall, error) {
	c := &apiCall{baseURL: baseURL(r), done: r.Context().Done()}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.token, c.tokenHeader = token, true
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxWebAPIBody)
	counted := &countingReader{Reader: r.Body}
	r.Body = struct {
		io.Reader
		io.Closer
	}{counted, r.Body}
	args, err := readArgs(r)
	record.Bytes = counted.n
	if token := args["token"]; token != "" && !c.tokenHeader && !isJSON(r) {
		c.token = token
	}
	delete(args, "token")
	c.args, record.Args = args, args
	return c, err
}

func readArgs(r *http.Request) (map[string]string, error) {
	if isJSON(r) {
		return readJSONArgs(r.Body)
	}
	form := r.URL.Query()
	form.Del("token") // Slack does not accept a token in the query
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		if err := r.ParseMultipartForm(maxWebAPIBody); err != nil {
			return nil, fmt.Errorf("multipart body: %w", err)
		}
		maps.Copy(form, r.MultipartForm.Value)
	} else {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, fmt.Errorf("body: %w", err)
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, fmt.Errorf("form body: %w", err)
		}
		maps.Copy(form, values)
	}
	args := make(map[string]string, len(form))
	for k := range form {
		args[k] = strings.ToValidUTF8(form.Get(k), "\uFFFD")
	}
	return args, nil
}

// readJSONArgs reads one JSON object. An empty body has no arguments.
func readJSONArgs(r io.Reader) (map[string]string, error) {
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	args := map[string]string{}
	if len(body) == 0 {
		return args, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("JSON body: %w", err)
	}
	for k, v := range fields {
		var text string
		switch {
		case string(v) == "null":
		case json.Unmarshal(v, &text) == nil:
			args[k] = text
		default:
			args[k] = string(v)
		}
	}
	return args, nil
}

type countingReader struct {
	io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// baseURL returns the scheme and host under which the client has reached the
// server. Addresses in answers begin with it.
func baseURL(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
