package texts

import (
	"errors"
	"strings"
	"sync"

	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
)

// Service is what went wrong at CodeArts and what to do about it, as logsapi
// says it. In Chinese a sentence that is not known here is replaced by what its
// kind means, and a hint that is not known stays English; the service's own message,
// mostly Chinese already, stands beside it in any case.
func Service(e *logsapi.Error) (summary, hint Phrase) {
	zh, ok := translated(e.Summary)
	if !ok {
		zh = ofKind(e)
	}
	summary = spoken(e.Summary, zh)
	if e.Hint == "" {
		return summary, Phrase{}
	}
	if zh, ok = translated(e.Hint); !ok {
		zh = e.Hint
	}
	return summary, spoken(e.Hint, zh)
}

// spoken is a sentence of another package in both languages.
func spoken(en, zh string) Phrase { return Text{"%s", "%s"}.With(both{en, zh}) }

type both struct{ en, zh string }

func (b both) In(l Lang) string {
	if l == Chinese {
		return b.zh
	}
	return b.en
}

func translated(en string) (string, bool) {
	if advice, until, held := strings.Cut(en, heldUntil); held {
		zh, _ := translated(advice)
		until, _, _ = strings.Cut(until, ",")
		return zh + "；为避免账号被锁定，" + until + " 前暂停请求", true
	}
	if zh, ok := serviceSentences()[en]; ok {
		return zh, true
	}
	for _, p := range servicePatterns {
		if p.en.MatchString(en) {
			return p.en.ReplaceAllString(en, p.zh), true
		}
	}
	return "", false
}

// heldUntil stands in a hint behind the advice where keys that were refused are
// held back for a while.
const heldUntil = "; requests are held until "

func ofKind(e *logsapi.Error) string {
	for _, k := range serviceKinds {
		if errors.Is(e, k.kind) {
			return k.zh
		}
	}
	return "请求失败"
}

var serviceKinds = []struct {
	kind error
	zh   string
}{
	{logsapi.ErrInvalid, "请求无效"},
	{logsapi.ErrNotReady, "暂时没有日志"},
	{logsapi.ErrNotFound, "找不到该内容"},
	{logsapi.ErrNotPublished, "该地址未提供此接口"},
	{logsapi.ErrUnauthorized, "鉴权失败"},
	{logsapi.ErrForbidden, "没有权限"},
	{logsapi.ErrThrottled, "请求过于频繁"},
	{logsapi.ErrUnavailable, "服务暂不可用"},
	{logsapi.ErrRefused, "服务拒绝了请求"},
	{logsapi.ErrProtocol, "无法识别服务返回的内容"},
	{logsapi.ErrStalled, "日志读取没有进展"},
	{logsapi.ErrTruncated, "日志被截断"},
	{logsapi.ErrIncomplete, "文件不完整"},
}

// serviceSentences are the summaries and hints of logsapi; a test compares them
// with its source.
var serviceSentences = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"the service does not find it":                                       "服务找不到该内容",
		"the service refused the request":                                    "服务拒绝了请求",
		"this account may not read it":                                       "该账号无权读取",
		"give the account the right to view the task or its project":         "请为该账号授予查看该任务或项目的权限",
		"the service asks for fewer requests":                                "请求过于频繁，已被限流",
		"try again in a minute":                                              "请一分钟后重试",
		"the host does not have this endpoint":                               "该地址未提供此接口",
		"the service is busy":                                                "服务繁忙",
		"the authentication has expired":                                     "鉴权已过期",
		"renew the credential":                                               "请更新凭证",
		"the service calls a parameter of the request invalid":               "服务认为请求参数不合法",
		"there is no such task or build":                                     "任务或构建不存在",
		"check the task id and the build number":                             "请检查任务 ID 和构建号",
		"the task was never built, or the history of this build was deleted": "任务尚未构建过，或该次构建的历史已删除",
		"the task was never built, or not for about a year":                  "任务尚未构建过，或近一年没有构建",
		"the service had an internal error":                                  "服务内部错误",
		"try again later":                                                    "请稍后重试",
		"the service sent the record of another build":                       "服务返回了其他构建的记录",
		"the file ends before the log":                                       "文件在日志结束之前中断",
		"the log of the build comes as a ZIP file":                           "构建日志是 ZIP 文件",
		"try again": "请重试",
		"there is no log now: it may not be stored yet, or the build never ran": "暂时没有日志：可能尚未归档，或该次构建没有执行",
		"the service sends the end of the log in place of its beginning":        "服务返回的是日志末尾，而不是开头",
		"read it from its end":                                                           "请从末尾读取",
		"the service does not accept this task id":                                       "服务不接受该任务 ID",
		"copy the 32 digits from the end of the task's page address":                     "请从任务页面地址末尾复制 32 位 ID",
		"there is no such file: the build may have fewer steps":                          "没有该文件：构建的步骤可能没有这么多",
		"the time window is longer than 31 days":                                         "时间范围超过 31 天",
		"the build changed its state meanwhile":                                          "构建状态已变化",
		"the service does not accept the credential":                                     "服务不接受该凭证",
		"check the access key and secret key, or the token":                              "请检查 AK/SK 或 Token",
		"the access key is locked for five minutes after too many failures":              "失败次数过多，AK 已被锁定五分钟",
		"check access key and secret key before the next try":                            "重试前请检查 AK/SK",
		"the service does not know the access key":                                       "AK 不存在",
		"check the access key":                                                           "请检查 AK",
		"the signature is not accepted":                                                  "签名校验失败",
		"check the secret key":                                                           "请检查 SK",
		"the token has expired":                                                          "Token 已过期",
		"get a new token":                                                                "请重新获取 Token",
		"the token is not accepted":                                                      "Token 无效",
		"get a token of project scope for this region":                                   "请获取该区域的项目级 Token",
		"the service sent an empty file":                                                 "服务返回了空文件",
		"the step may not have run":                                                      "该步骤可能没有执行",
		"check the address of the service; this may be a sign-on page":                   "请检查服务地址，返回的可能是登录页面",
		"check the address of the service":                                               "请检查服务地址",
		"the service sent a page that makes no sense":                                    "服务返回的日志页无法识别",
		"the answer makes no sense":                                                      "无法识别服务返回的内容",
		"the log has become shorter while it was read":                                   "读取过程中日志变短了",
		"read it again from its beginning":                                               "请从头重新读取",
		"the service promises more of the log but does not send it":                      "服务表示还有日志，但没有返回",
		"what was read so far is right; try again later for the rest":                    "已读取的内容有效，其余请稍后重试",
		"the service cannot be reached":                                                  "无法连接服务",
		"the answer broke off":                                                           "连接中断",
		"check the network and its name server":                                          "请检查网络和域名解析",
		"check the region and the address of the service":                                "请检查区域和服务地址",
		"the certificate is not trusted here; set SSL_CERT_FILE for a private authority": "证书不受信任；私有 CA 请设置 SSL_CERT_FILE",
		"stopped":          "已停止",
		"it took too long": "超时",
		"set the clock right; signatures are accepted within 15 minutes": "请校准时钟，签名有效期为 15 分钟",
		"check the address of IAM":                                       "请检查 IAM 地址",
		"check the IAM project, which is the region's name unless another is configured, and the user's right to it": "请检查 IAM 项目（未配置时为区域名）以及用户对它的权限",
		"IAM has locked the user after too many failures":                                                            "失败次数过多，IAM 用户已被锁定",
		"try again in 15 minutes":                                                                        "请 15 分钟后重试",
		"check all three; the domain is the name of the account":                                         "请检查这三项；domain 为账号名",
		"the user may not get tokens":                                                                    "该用户不能获取 Token",
		"allow the user programmatic access":                                                             "请为该用户开启编程访问",
		"IAM gives no token for the project":                                                             "IAM 未返回该项目的 Token",
		"IAM does not accept the user name, the password or the domain":                                  "IAM 不接受该用户名、密码或账号名",
		"the server does not speak TLS there: write http:// in the place of https://, or check the port": "该端口不是 TLS：请把 https:// 改为 http://，或检查端口",
		"the server speaks TLS there: write https:// in the place of http://":                            "该端口是 TLS：请把 http:// 改为 https://",
		"check HTTPS_PROXY, whose host does not exist":                                                   "请检查 HTTPS_PROXY，其中的主机不存在",
		"check HTTPS_PROXY: the proxy is not reached; NO_PROXY leaves hosts out":                         "请检查 HTTPS_PROXY，代理无法连接；不走代理的主机写在 NO_PROXY 中",
		"the proxy wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT":              "代理需要用户名和密码：HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
		"if that is meant, name the host in LOGBOT_REDIRECT_HOSTS":                                       "如果确实需要，请把该主机写入 LOGBOT_REDIRECT_HOSTS",
		"check user name, domain and project":                                                            "请检查用户名、账号名和项目",
	}
})

// servicePatterns are those that name something.
var servicePatterns = []struct {
	en *lazyregexp.Regexp
	zh string
}{
	{lazyregexp.New(`^(\S+) does not publish (\S+)$`), "$1 未提供接口 $2"},
	{lazyregexp.New(`^region (\S+) may not have this endpoint$`), "区域 $1 可能未提供此接口"},
	{lazyregexp.New(`^the host (\S+) does not exist$`), "主机 $1 不存在"},
	{lazyregexp.New(`^region (\S+) is not known, did you mean (\S+)\? Known are (.+)$`), "未知区域 $1，是否为 $2？已知区域：$3"},
	{lazyregexp.New(`^region (\S+) is not known; known are (.+)$`), "未知区域 $1，已知区域：$2"},
	{lazyregexp.New(`^(.+) is not known to exist in region (\S+); check the region$`), "区域 $2 可能没有 $1 服务，请检查区域"},
	{lazyregexp.New(`^try again in (\S+)$`), "请 $1 后重试"},
	{lazyregexp.New(`^the clock of this machine is (\d+) minutes ahead of the service's$`), "本机时钟比服务快 $1 分钟"},
	{lazyregexp.New(`^the clock of this machine is (\d+) minutes behind the service's$`), "本机时钟比服务慢 $1 分钟"},
	{lazyregexp.New(`^the answer is larger than (\d+) MiB$`), "返回内容超过 $1 MiB"},
	{lazyregexp.New(`^the answer of (\S+) is not understood$`), "无法识别 $1 返回的内容"},
	{lazyregexp.New(`^(\S+) sent a web page in place of the file$`), "$1 返回了网页而不是文件"},
	{lazyregexp.New(`^(\S+) sent a web page in place of an answer$`), "$1 返回了网页而不是接口结果"},
	{lazyregexp.New(`^(\S+) sent JSON in place of the file$`), "$1 返回了 JSON 而不是文件"},
	{lazyregexp.New(`^(\S+) sent no token$`), "$1 未返回 Token"},
	{lazyregexp.New(`^(\S+) calls the request for a token invalid$`), "$1 认为 Token 请求不合法"},
	{lazyregexp.New(`^(\S+) answered with (?:a|more than \d+) redirects?.*$`), "$1 返回了无效的重定向"},
	{lazyregexp.New(`^(\S+) answered with an address that cannot be requested$`), "$1 的地址无效"},
	{lazyregexp.New(`^the file broke off after (\d+) of (\d+) bytes$`), "文件在 $1/$2 字节处中断"},
	{lazyregexp.New(`^the file broke off after (\d+) bytes$`), "文件在 $1 字节处中断"},
	{lazyregexp.New(`^check the name server of this machine, which does not answer for (\S+)$`), "请检查本机的域名服务器，它没有解析出 $1"},
	{lazyregexp.New(`^nothing listens there: check the address and the port, and firewalls before (.+)$`), "该地址没有服务在监听：请检查地址、端口以及 $1 前的防火墙"},
	{lazyregexp.New(`^nothing came in time: check that a firewall lets this machine reach (.+), and HTTPS_PROXY if it needs a proxy$`), "等待超时：请检查防火墙是否允许本机访问 $1；如需代理，请检查 HTTPS_PROXY"},
}
