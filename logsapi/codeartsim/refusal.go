package codeartsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// Error codes, from the documentation of the vendor and from the live service. Only
// the form of the code of Check is documented: CC.xxxxxxxx.400.
const (
	codeNotPublished = "APIGW.0101"      // 404
	codeCredentials  = "APIGW.0301"      // 401
	codeForbidden    = "APIGW.0302"      // 403 here; the status is not documented
	codeThrottled    = "APIGW.0308"      // 429
	codeParameter    = "CB.00060200"     // 400
	codeFileName     = "CB.00060203"     // 400; 404 here if the stage does not exist
	codeBusy         = "CB.00060211"     // 500
	codeTaskID       = "DEV.CB.032011"   // 400
	codeUnknown      = "DEVCB.00031006"  // 422
	codeNeverBuilt   = "CB.00031059"     // 403
	codeNoLog        = "CB.00030004"     // 500
	codeWindow       = "CB.00031105"     // 400
	codeCheck        = "CC.00000001.400" // 400
)

// refused is an error answer.
type refused struct {
	status        int
	code, message string
	chinese       string // the message in Chinese, if known
	gateway       bool   // from the gateway; the request did not reach the service
}

func (r *refused) Error() string { return r.code + ": " + r.message }

func refusal(status int, code, message string) error {
	return &refused{status: status, code: code, message: message}
}

func gatewayRefusal(status int, code, message string) error {
	return &refused{status: status, code: code, message: message, gateway: true}
}

// knownCodes returns the refusals with a fixed text. Of several, only the Chinese
// text was seen in the live service.
func knownCodes() map[string]refused {
	known := map[string]refused{}
	for _, r := range []refused{
		{422, codeUnknown, "The build task does not exist.", "任务不存在", false},
		{422, "CB.00031006", "The build task does not exist.", "任务不存在", false},
		{403, codeNeverBuilt, "The build does not exist or its history was deleted.", "任务尚未构建或历史已删除，不存在构建历史", false},
		{500, codeNoLog, "Calling the Octopus service failed.", "调用Octopus服务异常", false},
		{400, codeWindow, "The time range must not exceed 31 days.", "查询时间区间不能大于31天", false},
		{400, codeTaskID, "The build task ID is invalid.", "任务id参数不合法", false},
		{400, "DEV.CB.032302", "The task status has changed. Refresh the page and try again.", "任务状态已刷新,请刷新页面后重试", false},
		{500, "CB.00060100", "The system is busy. Try again later.", "系统繁忙，请稍后重试", false},
		{500, "CB.00060101", "Internal error.", "系统内部错误", false},
		{500, codeBusy, "Too many requests. Try again later.", "请求过于频繁，请稍后重试", false},
		{400, codeCheck, "Verify request parameter failed. Check whether the request parameters are correct.", "请求参数校验失败", false},
		{500, "CC.00000000", "The system is busy. Try again later.", "系统繁忙，请稍后重试", false},
		{401, "CC.00000003", "Authentication expired.", "鉴权过期", false},
	} {
		known[r.code] = r
	}
	return known
}

func knownRefusal(code string) error {
	r := knownCodes()[code]
	return &r
}

// refuse writes err. Faults change the form of a service's refusals; a gateway has
// only one form.
func (c *exchange) refuse(err error) {
	r := &refused{status: http.StatusInternalServerError, code: "CB.00060101", message: err.Error()}
	errors.As(err, &r)
	if r.gateway {
		c.writeJSON(r.status, map[string]any{"error_code": r.code, "error_msg": r.message,
			"request_id": c.Header().Get("X-Request-Id")})
		return
	}
	message, status := r.message, r.status
	if c.faults.has(Chinese) && r.chinese != "" {
		message = r.chinese
	}
	if c.faults.has(Error200) {
		status = http.StatusOK
	}
	var body any = map[string]any{"error_code": r.code, "error_msg": message}
	switch {
	case c.faults.has(ErrorObject):
		body = map[string]any{"result": nil, "status": "error",
			"error": map[string]any{"code": r.code, "message": message, "reason": message}}
	case c.faults.has(ErrorString):
		body = map[string]any{"result": nil, "status": "fail", "error": r.code + " " + message}
	case c.faults.has(ErrorOlder):
		body = map[string]any{"success": false, "message": message, "err_code": r.code, "result": nil}
	}
	if c.faults.has(ErrorStringified) {
		body = string(encodeJSON(body))
	}
	c.writeJSON(status, body)
}

// writeJSON writes body like the service, as the faults change it.
func (c *exchange) writeJSON(status int, body any) {
	for s := range c.faults.hooked(func(h hooks) bool { return h.reply != nil }) {
		body = s.reply(s, body)
	}
	text := append(encodeJSON(body), '\n')
	for s := range c.faults.hooked(func(h hooks) bool { return h.body != nil }) {
		text = s.body(s, text)
	}
	c.Header().Set("Content-Type", "application/json")
	c.Header().Set("Content-Length", strconv.Itoa(len(text)))
	c.WriteHeader(status)
	c.Write(text) // fails only if the client has gone away
}

// encodeJSON encodes body without escapes for < and &, and with U+FFFD for bytes
// that are not UTF-8.
func encodeJSON(body any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		panic(err) // cannot fail: bodies consist of strings, numbers, maps and structs
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
