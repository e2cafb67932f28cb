package codeartsim

import (
	"encoding/json"
	"errors"
	"net/http"
)

// The codes of the refusals, from the tables of the vendor's documentation and
// what was seen of the live service. Of the code of Check only the form is
// documented: CC.xxxxxxxx.400.
const (
	codeNotPublished = "APIGW.0101"      // 404
	codeCredentials  = "APIGW.0301"      // 401
	codeThrottled    = "APIGW.0308"      // 429
	codeParameter    = "CB.00060200"     // 400
	codeFileName     = "CB.00060203"     // 400; 404 here where the stage does not exist
	codeTaskID       = "DEV.CB.032011"   // 400
	codeUnknown      = "DEVCB.00031006"  // 422
	codeNeverBuilt   = "CB.00031059"     // 403
	codeCheck        = "CC.00000001.400" // 400
)

// refused is an answer that says no.
type refused struct {
	status        int
	code, message string
	gateway       bool // the gateway said so, the service never saw the request
}

func (r *refused) Error() string { return r.code + ": " + r.message }

func refusal(status int, code, message string) error {
	return &refused{status: status, code: code, message: message}
}

func gatewayRefusal(status int, code, message string) error {
	return &refused{status: status, code: code, message: message, gateway: true}
}

func checkRefusal() error {
	return refusal(http.StatusBadRequest, codeCheck,
		"Verify request parameter failed. Check whether the request parameters are correct.")
}

// refuse writes err. Faults change how a service words its refusals; a gateway
// has one wording only.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	r := &refused{status: http.StatusInternalServerError, code: "CB.00060101", message: err.Error()}
	errors.As(err, &r)
	body := map[string]any{"error_code": r.code, "error_msg": r.message}
	switch {
	case r.gateway:
		body["request_id"] = w.Header().Get("X-Request-Id")
	case s.faults.has(ErrorObject):
		body = map[string]any{"result": nil, "status": "error",
			"error": map[string]any{"code": r.code, "message": r.message, "reason": r.message}}
	case s.faults.has(ErrorString):
		body = map[string]any{"result": nil, "status": "fail", "error": r.code + " " + r.message}
	case s.faults.has(Error200):
		r.status = http.StatusOK
	}
	writeJSON(w, r.status, body)
}

// writeJSON writes body like the service does: no escapes for < and &, and
// U+FFFD for bytes that are not UTF-8.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.Encode(body) // fails only when the caller went away
}
