package logsapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// envelope is what every endpoint but the download answers: a result, or one of
// several shapes of failure, at times with HTTP status 200.
type envelope[T any] struct {
	Result *T `json:"result"`
	failure
}

// failure collects the places in which the service reports one.
type failure struct {
	ErrorCode text  `json:"error_code"`
	ErrorMsg  text  `json:"error_msg"`
	ErrCode   text  `json:"err_code"` // older endpoints, with success and message
	Message   text  `json:"message"`
	Success   *flag `json:"success"`
	Status    text  `json:"status"`
	Error     fault `json:"error"`
	RequestID text  `json:"request_id"`
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
	return string(firstOf(f.ErrorCode, f.ErrCode, f.Error.Code))
}

func (f *failure) message() string {
	return string(firstOf(f.Error.Message, f.Error.Reason, f.ErrorMsg, f.Message))
}

func firstOf(texts ...text) text {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// decode reads the envelope of an answer. A body that is a JSON string holding
// JSON, as the service's errors at times are, is read as what it holds. The
// returned error says in what way the body is no envelope; what could be read of
// a failure is returned beside it.
func decode[T any](body []byte) (envelope[T], error) {
	var e envelope[T]
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return e, errors.New("the body is empty")
	case body[0] == '<':
		return e, errors.New("the body is a web page; the address may be that of a sign-on page or a proxy")
	case body[0] == '"':
		var inner string
		if err := json.Unmarshal(body, &inner); err != nil {
			return e, err
		}
		body = bytes.TrimSpace([]byte(inner))
	}
	if len(body) == 0 || body[0] != '{' {
		return e, errors.New("the body is no JSON object")
	}
	err := json.Unmarshal(body, &e)
	if _, ok := any(e.Result).(bare); ok && err == nil && e.Result == nil {
		err = json.Unmarshal(body, &e.Result)
	}
	return e, err
}

// bare is a result that some endpoints answer without an envelope around it.
type bare interface{ bare() }

// fault is the field "error" of an envelope: null, text, an object, or an
// object without content, which is no fault.
type fault struct {
	Code    text
	Message text
	Reason  text
}

func (f *fault) UnmarshalJSON(b []byte) error {
	*f = fault{}
	if b[0] == '{' {
		var object struct {
			Code      text `json:"code"`
			ErrorCode text `json:"error_code"`
			Message   text `json:"message"`
			ErrorMsg  text `json:"error_msg"`
			Reason    text `json:"reason"`
		}
		if err := json.Unmarshal(b, &object); err != nil {
			return err
		}
		f.Code = firstOf(object.Code, object.ErrorCode)
		f.Message = firstOf(object.Message, object.ErrorMsg)
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
	f.Code = firstOf(f.Code, text(leadingCode.FindString(string(f.Message))))
	return nil
}

// leadingCode is a code at the front of an error text: capital letters, then
// digits, parted by dots, as in DEV.CB.032011.
var leadingCode = regexp.MustCompile(`^[A-Z][A-Z0-9]*(\.[A-Z0-9]+)*\.[0-9]{3,}\b`)

// text decodes from a string or a number; anything else is no text.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	*t = ""
	switch {
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case digit(b[0]) || b[0] == '-':
		*t = text(b)
	}
	return nil
}

// number is the whole number that t is written as; anything else, and what is
// below 0, is 0.
func (t text) number() int64 {
	n, err := whole(strings.TrimSpace(string(t)))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// flag decodes from true, "true" and 1; anything else is false.
type flag bool

func (f *flag) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(string(b)) {
	case "true", `"true"`, "1":
		*f = true
	default:
		*f = false
	}
	return nil
}

// offset decodes from a number, a string of digits, or null. The documentation's
// table has strings and its example numbers.
type offset struct {
	value int64
	set   bool  // neither absent nor null
	err   error // what is wrong with it
}

func (o *offset) UnmarshalJSON(b []byte) error {
	*o = offset{}
	var t text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	s := strings.TrimSpace(string(t))
	if s == "" {
		return nil
	}
	value, err := whole(s)
	if err != nil || value < 0 {
		o.err = errors.New("an offset is no number from 0")
		return nil
	}
	o.value, o.set = value, true
	return nil
}

// whole reads an integer, also one that was written as a float, such as
// 2.4351e4, as far as a float is exact.
func whole(s string) (int64, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, errors.New("no integer")
	}
	return int64(f), nil
}

// pageResult is the result of all four paged endpoints: Build writes its names
// with underscores, Check in camel case.
type pageResult struct {
	Log         *string `json:"log"`
	HasMore     flag    `json:"has_more"`
	HasMoreC    flag    `json:"hasMore"`
	StartOffset offset  `json:"start_offset"`
	StartC      offset  `json:"startOffset"`
	EndOffset   offset  `json:"end_offset"`
	EndC        offset  `json:"endOffset"`
}

func (p *pageResult) more() bool    { return bool(p.HasMore || p.HasMoreC) }
func (p *pageResult) start() offset { return either(p.StartOffset, p.StartC) }
func (p *pageResult) end() offset   { return either(p.EndOffset, p.EndC) }

// adrift reports whether the service sent no offsets at all.
func (p *pageResult) adrift() bool { return !p.start().set && !p.end().set }

func either(a, b offset) offset {
	if a.set || a.err != nil {
		return a
	}
	return b
}

// page turns the result into a page that answers r; its text is still as the
// service sent it.
//
// Ascending, has_more says whether more follows. Descending it says nothing, and
// a start of 0 is the beginning of the log. An offset that is missing stays what
// it was.
func (p *pageResult) page(r PageRequest) (Page, error) {
	start, end := p.start(), p.end()
	if err := cmp.Or(start.err, end.err); err != nil {
		return Page{}, err
	}
	if p.Log == nil && !p.more() && p.adrift() {
		return Page{}, errors.New("the result holds neither a log nor offsets")
	}
	page := Page{Next: r.At}
	if p.Log != nil {
		page.Text = *p.Log
	}
	if start.set {
		page.Next.Start = start.value
	}
	if end.set {
		page.Next.End = end.value
	}
	if start.set && end.set && lacksFeed(page.Text, end.value-start.value) {
		page.Text += "\n"
	}
	if r.Order == Ascending {
		page.Last = !p.more()
		if page.Last && page.Text == "" && page.Next.End == 0 {
			page.Next = r.At // nothing new, said with zeros: go on from where we are
		}
		return page, nil
	}
	page.Last = page.Next.Start == 0 && (start.set || !p.more())
	return page, nil
}

// lacksFeed reports whether the service left the final line feed out of a text
// of so many bytes. That offsets count bytes is an assumption; where they count
// something else, the two numbers do not fit together like this.
func lacksFeed(text string, bytes int64) bool { return bytes == int64(len(text))+1 }
