package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"logbot/logsapi/dialect"
	"logbot/logsapi/lazyregexp"
	"strings"

	"logbot/logsapi/lenient"
)

// maxEnvelope bounds an answer that is read whole, in bytes; a page of 1000 lines
// is about 114 KB.
const maxEnvelope = 16 << 20

// envelope is what every endpoint but the download answers: a result, or one of
// several shapes of failure, at times with HTTP status 200.
type envelope[T any] struct {
	Result *T
	failure
}

// failure collects the places in which the service reports one.
type failure struct {
	ErrorCode lenient.Text  `json:"error_code"`
	ErrorMsg  lenient.Text  `json:"error_msg"`
	ErrCode   lenient.Text  `json:"err_code"` // older endpoints, with success and message
	Message   lenient.Text  `json:"message"`
	Success   *lenient.Flag `json:"success"`
	Status    lenient.Text  `json:"status"`
	Error     fault         `json:"error"`
	RequestID lenient.Text  `json:"request_id"`
}

// failed reports whether the body says that the request failed.
func (f *failure) failed() bool {
	switch strings.ToLower(string(f.Status)) {
	case "fail", "failed", "error":
		return true
	}
	if f.Success != nil && !bool(*f.Success) {
		return true
	}
	return f.code() != "" || f.ErrorMsg != "" || f.Error != fault{}
}

func (f *failure) code() string {
	return string(lenient.First(f.ErrorCode, f.ErrCode, f.Error.Code))
}

func (f *failure) message() string {
	return string(lenient.First(f.Error.Message, f.Error.Reason, f.ErrorMsg, f.Message))
}

// decode reads the envelope of an answer. A body, or a result, that is a JSON string
// holding JSON, as the service's errors at times are, is read as what it holds. The
// returned error says why the body is not an envelope; what could be read of
// a failure is returned beside it.
func decode[T any](body []byte) (e envelope[T], form dialect.Form, err error) {
	body = bytes.TrimSpace(body)
	if rest, ok := bytes.CutPrefix(body, byteOrderMark); ok {
		body, form.ByteOrder = bytes.TrimSpace(rest), true
	}
	e, form.QuotedResult, err = decodePlain[T](body)
	return e, form, err
}

var byteOrderMark = []byte("\uFEFF")

// quotable is a result that may be a JSON string holding JSON.
type quotable[T any] struct {
	value  *T
	quoted bool
	err    error // why it is not a result; the failure beside it is still read
}

// UnmarshalJSON implements json.Unmarshaler.
func (q *quotable[T]) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		var inner string
		if q.err = json.Unmarshal(b, &inner); q.err != nil {
			return nil
		}
		if s := strings.TrimSpace(inner); strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
			b, q.quoted = []byte(s), true
		}
	}
	value := new(T)
	if own, ok := any(value).(json.Unmarshaler); ok && !q.quoted && b[0] != 'n' {
		q.value, q.err = value, own.UnmarshalJSON(b) // json.Unmarshal would check all of b once more
		return nil
	}
	q.err = json.Unmarshal(b, &q.value)
	return nil
}

func decodePlain[T any](body []byte) (e envelope[T], quoted bool, err error) {
	switch {
	case len(body) == 0:
		return e, false, errors.New("the body is empty")
	case body[0] == '<':
		return e, false, errors.New("the body is a web page; the address may be that of a sign-on page or a proxy")
	case body[0] == '"':
		var inner string
		if err := json.Unmarshal(body, &inner); err != nil {
			return e, false, err
		}
		body = bytes.TrimSpace([]byte(inner))
	}
	if len(body) == 0 || body[0] != '{' {
		return e, false, errors.New("the body is not a JSON object")
	}
	var sent struct {
		Result quotable[T] `json:"result"`
		failure
	}
	err = cmp.Or(json.Unmarshal(body, &sent), sent.Result.err)
	e.Result, e.failure = sent.Result.value, sent.failure
	if _, ok := any(e.Result).(Bare); ok && err == nil && e.Result == nil {
		err = json.Unmarshal(body, &e.Result)
		if own, ok := any(e.Result).(OwnStatus); ok && own.OwnStatus() {
			e.Status = ""
		}
	}
	return e, sent.Result.quoted, err
}

// Bare marks a result that some endpoints send without an envelope around it.
type Bare interface{ Bare() }

// OwnStatus is a Bare result that has a status of its own, such as that of a run,
// if it reports true: then the request has not failed.
type OwnStatus interface{ OwnStatus() bool }

// Shortened is a result that is told that lines of its answer were cut.
type Shortened interface{ Shortened() }

// isPage reports whether a body is a web page.
func isPage(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && body[0] == '<'
}

// fault is the field "error" of an envelope: null, text, an object, or an
// object without content, which means no failure.
type fault struct {
	Code    lenient.Text
	Message lenient.Text
	Reason  lenient.Text
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *fault) UnmarshalJSON(b []byte) error {
	*f = fault{}
	if b[0] == '{' {
		var object struct {
			Code      lenient.Text `json:"code"`
			ErrorCode lenient.Text `json:"error_code"`
			Message   lenient.Text `json:"message"`
			ErrorMsg  lenient.Text `json:"error_msg"`
			Reason    lenient.Text `json:"reason"`
		}
		if err := json.Unmarshal(b, &object); err != nil {
			return err
		}
		f.Code = lenient.First(object.Code, object.ErrorCode)
		f.Message = lenient.First(object.Message, object.ErrorMsg)
		f.Reason = object.Reason
		return nil
	}
	if err := f.Message.UnmarshalJSON(b); err != nil {
		return err
	}
	if strings.HasPrefix(string(f.Message), "{") {
		var inner fault
		if json.Unmarshal([]byte(f.Message), &inner) == nil {
			*f = inner
		}
	}
	f.Code = lenient.First(f.Code, lenient.Text(leadingCode.FindString(string(f.Message))))
	return nil
}

// leadingCode is a code at the front of an error text: capital letters, then
// digits, parted by dots, as in DEV.CB.032011.
var leadingCode = lazyregexp.New(`^[A-Z][A-Z0-9]*(\.[A-Z0-9]+)*\.[0-9]{3,}\b`)
