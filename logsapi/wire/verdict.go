package wire

import (
	"net/http"
	"strings"
)

// verdict is what a status and a code of the service mean.
type verdict struct {
	kind    error
	summary string
	hint    string
	again   bool // the same request may succeed in a moment
	vague   bool // judged by the status alone
}

// judge explains an answer. The codes are those of the error-code tables of the
// two services and of the gateway before them, and a few that only real use has
// shown; an unknown code is judged by the HTTP status.
func judge(status int, code, message string) verdict {
	// Regional gateways write APIG where the central one writes APIGW.
	if rest, ok := strings.CutPrefix(code, "APIG."); ok {
		code = "APIGW." + rest
	}
	if code == rejectedCode {
		return rejected(message)
	}
	if v, ok := codes[code]; ok {
		return v
	}
	for _, said := range chinese {
		if strings.Contains(message, said.words) {
			return said.verdict
		}
	}
	switch {
	case status == http.StatusUnauthorized:
		return rejected(message)
	case status == http.StatusForbidden:
		return forbidden
	case status == http.StatusTooManyRequests:
		return throttled
	case status == http.StatusNotFound && code == "" && message == "":
		return unpublished
	case status == http.StatusNotFound:
		return verdict{kind: ErrNotFound, summary: "the service does not find it", vague: true}
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return busy
	case status >= 500:
		return broken
	}
	return verdict{kind: ErrRefused, summary: "the service refused the request"}
}

// rejectedCode is the gateway's code for every credential that it does not accept.
const rejectedCode = "APIGW.0301"

var (
	forbidden = verdict{kind: ErrForbidden, summary: "this account may not read it",
		hint: "give the account the right to view the task or its project"}
	throttled = verdict{kind: ErrThrottled, summary: "the service asks for fewer requests",
		hint: "try again in a minute", again: true}
	unpublished = verdict{kind: ErrNotPublished, summary: "the host does not have this endpoint"}
	busy        = verdict{kind: ErrUnavailable, summary: "the service is busy",
		hint: "try again in a minute", again: true}
	expired      = verdict{kind: ErrUnauthorized, summary: "the authentication has expired", hint: "renew the credential"}
	badParameter = verdict{kind: ErrRefused, summary: "the service calls a parameter of the request invalid"}
	badTask      = verdict{kind: ErrNotFound, summary: "the service does not accept this task id",
		hint: "copy the 32 digits from the end of the task's page address"}
	noBuild = verdict{kind: ErrNotFound, summary: "there is no such task or build",
		hint: "check the task id and the build number"}
	noHistory = verdict{kind: ErrNotFound, summary: "the task was never built, or the history of this build was deleted"}
	broken    = verdict{kind: ErrUnavailable, summary: "the service had an internal error",
		hint: "try again later"}
)

// codes are the refusals whose code says enough; rejected explains APIGW.0301.
var codes = map[string]verdict{
	"APIGW.0101":     unpublished,
	"APIGW.0302":     forbidden,
	"APIGW.0306":     forbidden,
	"APIGW.0308":     throttled,
	"CB.00030004":    {kind: ErrNotReady, summary: "there is no log now: it may not be stored yet, or the build never ran", hint: "try again in a minute"},
	"CB.00031006":    noBuild,
	"CB.00031059":    noHistory,
	"CB.00031105":    {kind: ErrRefused, summary: "the time window is longer than 31 days"},
	"CB.00060100":    busy,
	"CB.00060101":    broken,
	"CB.00060200":    badParameter,
	"CB.00060201":    badTask,
	"CB.00060202":    badParameter,
	"CB.00060203":    {kind: ErrNotFound, summary: "there is no such file: the build may have fewer steps"},
	"CB.00060211":    throttled,
	"CC.00000000":    busy,
	"CC.00000003":    expired,
	"DEV.CB.032011":  badTask,
	"DEV.CB.032302":  {kind: ErrUnavailable, summary: "the build changed its state meanwhile", hint: "try again"},
	"DEVCB.00030000": broken,
	"DEVCB.00031006": noBuild,
}

// chinese are words of messages whose code is missing or unknown, as the service
// was seen to use them.
var chinese = []struct {
	words   string
	verdict verdict
}{
	{"任务不存在", noBuild},
	{"历史已删除", noHistory},
	{"尚未构建", noHistory},
	{"不合法", badParameter},
	{"参数校验失败", badParameter},
	{"无权限", forbidden},
	{"没有权限", forbidden},
	{"请求过于频繁", throttled},
	{"系统繁忙", busy},
	{"系统内部错误", broken},
	{"鉴权过期", expired},
}

// rejected tells the texts apart that the gateway sends with APIGW.0301.
func rejected(message string) verdict {
	v := verdict{kind: ErrUnauthorized, summary: "the service does not accept the credential",
		hint: "check the access key and secret key, or the token"}
	said := strings.ToLower(message)
	switch {
	case strings.Contains(said, "reach the limit"):
		v.summary = "the access key is locked for five minutes after too many failures"
		v.hint = "check access key and secret key before the next try"
	case strings.Contains(said, "ak not exist"):
		v.summary, v.hint = "the service does not know the access key", "check the access key"
	case strings.Contains(said, "signature fail"):
		v.summary, v.hint = "the signature is not accepted", "check the secret key"
	case strings.Contains(said, "token expires"):
		v.summary, v.hint = "the token has expired", "get a new token"
	case strings.Contains(said, "token"):
		v.summary, v.hint = "the token is not accepted", "get a token of project scope for this region"
	}
	return v
}
