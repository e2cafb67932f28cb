package codeartsim

import (
	"net/http"
	"strconv"
)

// envelope wraps every successful answer.
type envelope struct {
	Result any    `json:"result"`
	Error  any    `json:"error"`
	Status string `json:"status"`
}

// buildResult is a page of CodeArts Build. The documentation's tables call the
// offsets strings; its examples show numbers.
type buildResult struct {
	StartOffset any    `json:"start_offset"`
	EndOffset   any    `json:"end_offset"`
	Log         string `json:"log"`
	HasMore     bool   `json:"has_more"`
	Location    string `json:"location"`
}

// checkResult is a page of CodeArts Check, whose field names are in camel case.
type checkResult struct {
	HasMore     bool   `json:"hasMore"`
	StartOffset any    `json:"startOffset"`
	EndOffset   any    `json:"endOffset"`
	Log         string `json:"log"`
	Location    string `json:"location"`
	Override    bool   `json:"override"`
}

func (c *exchange) writeBuildPage(p page) {
	c.writeBuild(buildResult{
		StartOffset: c.offset(p, p.start), EndOffset: c.offset(p, p.end),
		Log: string(p.log), HasMore: p.more, Location: "jenkins",
	})
}

// writeBuild writes a success of CodeArts Build, whose error is null.
func (c *exchange) writeBuild(result any) {
	e := envelope{Result: result, Status: "success"}
	switch {
	case c.faults.has(ErrorEmpty):
		e.Error = struct{}{}
	case c.faults.has(ErrorBlank):
		e.Error = ""
	}
	c.writeJSON(http.StatusOK, e)
}

// writeCheckPage writes a success of CodeArts Check, whose error is an empty
// object.
func (c *exchange) writeCheckPage(p page) {
	e := envelope{Status: "success", Error: struct{}{}, Result: checkResult{
		StartOffset: c.offset(p, p.start), EndOffset: c.offset(p, p.end),
		Log: string(p.log), HasMore: p.more, Location: "jenkins", Override: true,
	}}
	switch {
	case c.faults.has(ErrorNull):
		e.Error = nil
	case c.faults.has(ErrorBlank):
		e.Error = ""
	}
	c.writeJSON(http.StatusOK, e)
}

// offset returns an offset of p in the form of the answer.
func (c *exchange) offset(p page, n int64) any {
	switch {
	case len(p.log) == 0 && c.faults.has(OffsetsNull):
		return nil
	case c.faults.has(OffsetsString):
		return strconv.FormatInt(n, 10)
	}
	return n
}
