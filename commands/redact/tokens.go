package redact

import (
	"bytes"
	"encoding/base64"
)

var (
	// formats is the table of token formats. A new kind of token is a line.
	formats = []format{
		// Huawei Cloud: an IAM token is CMS in base64 with - for /; it has 1,000 bytes and more.
		{"huawei-iam-token", "MII", isAnyBase64, 200, 0, digit, vendor},
		{"huawei-temporary-token", "gQpjbi1ub3J0aC", isAnyBase64, 40, 0, digit, vendor}, // cn-north…
		{"huawei-security-token", "ggpjbi", isAnyBase64, 60, 0, digit, vendor},
		{"huawei-security-token", "hQpjbi", isAnyBase64, 60, 0, digit, vendor},
		// DingTalk, Feishu, WeCom: who has the address of a robot may post.
		{"dingtalk-robot", "robot/send?access_token=", isAlnum, 32, 0, tail, vendor},
		{"dingtalk-sign", "SEC", isLowerOrDigit, 64, 64, digit, vendor},
		{"feishu-hook", "open-apis/bot/v2/hook/", isTokenByte, 16, 0, tail | glued, vendor},
		{"feishu-hook", "open-apis/bot/hook/", isTokenByte, 16, 0, tail | glued, vendor},
		{"feishu-flow", "/flow/api/trigger-webhook/", isTokenByte, 16, 0, tail | glued, vendor},
		{"wecom-hook", "cgi-bin/webhook/send?key=", isTokenByte, 16, 0, tail | glued, vendor},
		{"wecom-upload", "cgi-bin/webhook/upload_media?key=", isTokenByte, 16, 0, tail | glued, vendor},
		{"serverchan", "sctapi.ftqq.com/", isTokenByte, 16, 0, tail | glued, vendor},
		{"pushplus", "pushplus.plus/send?token=", isTokenByte, 16, 0, tail | glued, vendor},
		// Alibaba, Tencent, Baidu, Volcengine, Qiniu.
		{"alibaba-key-id", "LTAI", isAlnum, 12, 24, digit, gitleaks},
		{"alibaba-sts-id", "STS.", isAlnum, 20, 40, mixed, vendor},
		{"tencent-id", "AKID", isAlnum, 28, 40, digit, vendor},
		{"volcengine-id", "AKLT", isAlnum, 28, 60, mixed, vendor},
		{"baidu-id", "ALTAK", isAlnum, 20, 40, mixed, vendor},
		// Git hosts.
		{"github-token", "ghp_", isAlnum, 36, 0, glued, gitleaks},
		{"github-token", "gho_", isAlnum, 36, 0, glued, gitleaks},
		{"github-token", "ghu_", isAlnum, 36, 0, glued, gitleaks},
		{"github-token", "ghs_", isTokenByte, 36, 0, glued, gitleaks},
		{"github-token", "ghr_", isAlnum, 36, 0, glued, gitleaks},
		{"github-fine-grained", "github_pat_", isTokenByte, 40, 0, glued, gitleaks},
		{"gitlab-token", "glpat-", isDottedByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "gldt-", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glrt-", isDottedByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glrtr-", isDottedByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glptt-", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glcbt-", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glffct-", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glft-", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glimt-", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glagent-", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "gloas-", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glsoat-", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-token", "glwt-", isTokenByte, 20, 0, glued, vendor},
		{"gitlab-runner", "GR1348941", isTokenByte, 20, 0, glued, gitleaks},
		{"gitlab-session", "_gitlab_session=", isAlnum, 32, 0, tail | glued, gitleaks},
		{"bitbucket-token", "ATBB", isAlnum, 28, 0, mixed, vendor},
		{"bitbucket-token", "ATCTT3xFfG", isAnyBase64, 40, 0, glued, vendor},
		{"atlassian-token", "ATATT3", isAnyBase64, 100, 0, glued, gitleaks},
		{"sourcegraph", "sgp_", isTokenByte, 40, 0, digit, gitleaks},
		// Package registries and builds.
		{"npm", "npm_", isAlnum, 36, 0, 0, gitleaks},
		{"pypi", "pypi-AgE", isTokenByte, 50, 0, glued, gitleaks},
		{"pypi", "pypi-AgEN", isTokenByte, 30, 0, glued, vendor},
		{"rubygems", "rubygems_", isHex, 48, 0, glued, gitleaks},
		{"nuget", "oy2", isLowerOrDigit, 43, 43, digit, vendor},
		{"clojars", "CLOJARS_", isAlnum, 60, 0, anyCase, gitleaks},
		{"crates", "cio", isAlnum, 32, 32, mixed, vendor},
		{"docker-hub", "dckr_pat_", isTokenByte, 20, 0, glued, vendor},
		{"docker-hub", "dckr_oat_", isTokenByte, 20, 0, glued, vendor},
		{"artifactory", "AKCp", isAlnum, 60, 0, digit, gitleaks},
		{"artifactory", "cmVmdGtuO", isAlnum, 50, 0, digit, gitleaks}, // "reftkn:" in base64
		{"codecov-upload", "codecov.io/upload/v4?token=", isTokenByte, 16, 0, tail | glued, seen1},
		{"sonar", "squ_", isHex, 40, 0, digit, gitleaks},
		{"sonar", "sqp_", isHex, 40, 0, digit, gitleaks},
		{"sonar", "sqa_", isHex, 40, 0, digit, gitleaks},
		{"sonar", "sqb_", isHex, 40, 0, digit, vendor},
		{"buildkite", "bkua_", isHex, 40, 0, digit, vendor},
		{"circleci", "CCIPAT_", isTokenByte, 30, 0, glued, vendor},
		{"circleci", "CCIPRJ_", isTokenByte, 30, 0, glued, vendor},
		{"octopus", "API-", isUpperOrDigit, 26, 32, digit, gitleaks},
		{"pulumi", "pul-", isHex, 40, 40, digit, gitleaks},
		{"harness", "pat.", isDottedByte, 60, 90, mixed, gitleaks},
		{"scalr", "at-", isLowerOrDigit, 60, 80, digit, vendor},
		{"infracost", "ico-", isAlnum, 32, 32, digit, gitleaks},
		{"prefect", "pnu_", isAlnum, 36, 36, digit, gitleaks},
		{"readme", "rdme_", isLowerOrDigit, 70, 70, 0, gitleaks},
		{"postman", "PMAK-", isTokenByte, 50, 0, digit, gitleaks},
		// Clouds.
		{"aws-key-id", "AKIA", isUpperOrDigit, 16, 16, 0, gitleaks},
		{"aws-key-id", "ASIA", isUpperOrDigit, 16, 16, 0, gitleaks},
		{"aws-key-id", "ABIA", isUpperOrDigit, 16, 16, 0, gitleaks},
		{"aws-key-id", "ACCA", isUpperOrDigit, 16, 16, 0, gitleaks},
		{"aws-key-id", "A3T", isUpperOrDigit, 17, 17, 0, gitleaks},
		{"aws-session", "IQoJb3JpZ2lu", isAnyBase64, 60, 0, 0, seen1},
		{"aws-session", "FwoGZXIvYXdz", isAnyBase64, 60, 0, 0, seen1},
		{"aws-session", "FQoGZXIvYXdz", isAnyBase64, 60, 0, 0, seen1},
		{"aws-bedrock", "ABSK", isBase64, 109, 0, digit, gitleaks},
		{"aws-bedrock", "bedrock-api-key-", isAnyBase64, 28, 0, glued, gitleaks},
		{"gcp-api-key", "AIza", isTokenByte, 35, 35, 0, gitleaks},
		{"gcp-oauth", "ya29.", isDottedByte, 30, 0, digit, vendor},
		{"gcp-oauth-secret", "GOCSPX-", isTokenByte, 24, 0, glued, vendor},
		{"gcp-refresh", "1//0", isTokenByte, 30, 0, mixed, vendor},
		{"digitalocean", "dop_v1_", isHex, 64, 0, glued, gitleaks},
		{"digitalocean", "doo_v1_", isHex, 64, 0, glued, gitleaks},
		{"digitalocean", "dor_v1_", isHex, 64, 0, glued, gitleaks},
		{"cloudflare-origin", "v1.0-", isTokenByte, 150, 0, digit, gitleaks},
		{"heroku", "HRKU-", isTokenByte, 36, 0, digit, gitleaks},
		{"fly", "fo1_", isTokenByte, 43, 0, digit, gitleaks},
		{"fly", "fm1a_", isBase64, 100, 0, digit, gitleaks},
		{"fly", "fm1r_", isBase64, 100, 0, digit, gitleaks},
		{"fly", "fm2_", isBase64, 100, 0, digit, gitleaks},
		{"databricks", "dapi", isHex, 32, 0, digit, gitleaks},
		{"planetscale", "pscale_tkn_", isDottedByte, 32, 0, glued, gitleaks},
		{"planetscale", "pscale_oauth_", isDottedByte, 32, 0, glued, gitleaks},
		{"planetscale", "pscale_pw_", isDottedByte, 32, 0, glued | anyCase, gitleaks},
		{"supabase", "sbp_", isHex, 40, 0, digit, vendor},
		{"linode-vultr", "VULTR-", isUpperOrDigit, 36, 36, digit, vendor},
		{"vercel", "vcp_", isAlnum, 24, 0, mixed, vendor},
		{"netlify", "nfp_", isAlnum, 36, 0, mixed, vendor},
		{"openshift", "sha256~", isTokenByte, 43, 43, digit, gitleaks},
		{"easypost", "EZAK", isAlnum, 54, 54, digit, gitleaks},
		{"easypost", "EZTK", isAlnum, 54, 54, digit, gitleaks},
		// Secret stores and identity.
		{"vault", "hvs.", isTokenByte, 20, 0, digit, gitleaks},
		{"vault", "hvb.", isTokenByte, 20, 0, digit, gitleaks},
		{"vault", "hvr.", isTokenByte, 20, 0, digit, vendor},
		{"vault", "s.", isAlnum, 24, 24, mixed, gitleaks},
		{"doppler", "dp.pt.", isAlnum, 40, 0, 0, gitleaks},
		{"doppler", "dp.st.", isDottedByte, 40, 0, digit, vendor},
		{"doppler", "dp.ct.", isDottedByte, 40, 0, digit, vendor},
		{"1password", "ops_eyJ", isBase64, 200, 0, glued, gitleaks},
		{"1password", "A3-", isTokenByte, 31, 40, digit, gitleaks},
		{"age", "AGE-SECRET-KEY-", isUpperOrDigit, 50, 0, glued, gitleaks},
		{"age", "age-secret-key-", isLowerOrDigit, 50, 0, glued, gitleaks},
		{"authress", "scauth_", isDottedByte, 60, 0, digit, gitleaks},
		{"authress", "authress_", isDottedByte, 60, 0, digit, gitleaks},
		{"clickhouse", "4b1d", isAlnum, 38, 38, mixed, gitleaks},
		{"intra42", "s-s4t2ud-", isHex, 64, 0, glued, gitleaks},
		{"intra42", "s-s4t2af-", isHex, 64, 0, glued, gitleaks},
		{"adobe", "p8e-", isAlnum, 32, 32, digit, gitleaks},
		{"tailscale", "tskey-", isTokenByte, 20, 0, digit, vendor},
		// Artificial intelligence.
		{"openai", "sk-proj-", isTokenByte, 40, 0, glued, gitleaks},
		{"openai", "sk-svcacct-", isTokenByte, 40, 0, glued, gitleaks},
		{"openai", "sk-admin-", isTokenByte, 40, 0, glued, gitleaks},
		{"anthropic", "sk-ant-", isTokenByte, 40, 0, glued, gitleaks},
		{"openrouter", "sk-or-v1-", isHex, 40, 0, glued, vendor},
		{"openai", "sk-", isAlnum, 32, 0, digit, gitleaks},
		{"huggingface", "hf_", isAlnum, 34, 0, 0, gitleaks},
		{"huggingface", "api_org_", isAlnum, 34, 0, 0, gitleaks},
		{"perplexity", "pplx-", isAlnum, 48, 0, digit, gitleaks},
		{"groq", "gsk_", isAlnum, 40, 0, digit, vendor},
		{"replicate", "r8_", isAlnum, 37, 37, mixed, vendor},
		{"xai", "xai-", isAlnum, 60, 0, mixed, vendor},
		// Chat.
		{"slack", "xoxb-", isTokenByte, 20, 0, glued, gitleaks},
		{"slack", "xoxp-", isTokenByte, 20, 0, glued, gitleaks},
		{"slack", "xoxa-", isTokenByte, 16, 0, glued, gitleaks},
		{"slack", "xoxr-", isTokenByte, 16, 0, glued, gitleaks},
		{"slack", "xoxs-", isTokenByte, 16, 0, glued, gitleaks},
		{"slack", "xoxo-", isTokenByte, 16, 0, glued, gitleaks},
		{"slack", "xoxc-", isTokenByte, 16, 0, glued, vendor},
		{"slack", "xoxd-", isValueByte, 16, 0, glued, vendor},
		{"slack", "xoxe-", isTokenByte, 20, 0, glued, gitleaks},
		{"slack", "xoxe.xox", isTokenByte, 20, 0, glued, gitleaks},
		{"slack", "xapp-", isTokenByte, 20, 0, glued | anyCase, gitleaks},
		{"slack", "xwfp-", isTokenByte, 20, 0, glued, vendor},
		{"slack-hook", "hooks.slack.com/", isHookByte, 16, 0, tail | glued, gitleaks},
		{"slack-hook", "hooks.slack-gov.com/", isHookByte, 16, 0, tail | glued, vendor},
		{"discord-hook", "/api/webhooks/", isHookByte, 40, 0, tail | glued, vendor},
		{"teams-hook", "/webhookb2/", isHookByte, 40, 0, tail | glued, gitleaks},
		{"teams-hook", "outlook.office.com/webhook/", isHookByte, 40, 0, tail | glued, vendor},
		{"zapier-hook", "hooks.zapier.com/hooks/catch/", isHookByte, 10, 0, tail | glued, vendor},
		{"ifttt-hook", "/with/key/", isHookByte, 16, 0, tail, vendor},
		{"google-chat-hook", "chat.googleapis.com/v1/spaces/", isHookByte, 40, 0, tail | glued, vendor},
		{"mattermost-hook", "/hooks/", isLowerOrDigit, 26, 26, digit | tail, vendor},
		// Payment, mail, monitoring and the rest.
		{"stripe", "sk_live_", isAlnum, 10, 0, glued, gitleaks},
		{"stripe", "sk_test_", isAlnum, 10, 0, glued, gitleaks},
		{"stripe", "sk_prod_", isAlnum, 10, 0, glued, gitleaks},
		{"stripe", "rk_live_", isAlnum, 10, 0, glued, gitleaks},
		{"stripe", "rk_test_", isAlnum, 10, 0, glued, gitleaks},
		{"stripe", "rk_prod_", isAlnum, 10, 0, glued, gitleaks},
		{"stripe", "whsec_", isAnyBase64, 24, 0, digit, vendor},
		{"square", "sq0atp-", isTokenByte, 22, 0, glued, gitleaks},
		{"square", "sq0csp-", isTokenByte, 22, 0, glued, vendor},
		{"square", "EAAA", isTokenByte, 56, 60, mixed, gitleaks},
		{"facebook", "EAAM", isAlnum, 100, 0, mixed, gitleaks},
		{"facebook", "EAAC", isAlnum, 100, 0, mixed, gitleaks},
		{"shopify", "shpat_", isHex, 32, 0, glued, gitleaks},
		{"shopify", "shpca_", isHex, 32, 0, glued, gitleaks},
		{"shopify", "shppa_", isHex, 32, 0, glued, gitleaks},
		{"shopify", "shpss_", isHex, 32, 0, glued, gitleaks},
		{"shippo", "shippo_live_", isHex, 40, 0, glued, gitleaks},
		{"shippo", "shippo_test_", isHex, 40, 0, glued, gitleaks},
		{"flutterwave", "FLWSECK_TEST-", isTokenByte, 12, 0, glued, gitleaks},
		{"flutterwave", "FLWPUBK_TEST-", isTokenByte, 32, 0, glued, gitleaks},
		{"duffel", "duffel_test_", isAnyBase64, 43, 0, glued, gitleaks},
		{"duffel", "duffel_live_", isAnyBase64, 43, 0, glued, gitleaks},
		{"twilio", "SK", isHex, 32, 32, digit, gitleaks},
		{"sendgrid", "SG.", isDottedByte, 60, 0, digit, gitleaks},
		{"sendinblue", "xkeysib-", isTokenByte, 60, 0, glued, gitleaks},
		{"sendinblue", "xsmtpsib-", isTokenByte, 60, 0, glued, vendor},
		{"mailgun", "key-", isHex, 32, 32, digit, gitleaks},
		{"mailgun", "pubkey-", isHex, 32, 32, digit, gitleaks},
		{"mapbox", "pk.eyJ", isDottedByte, 60, 0, 0, gitleaks},
		{"mapbox", "sk.eyJ", isDottedByte, 60, 0, 0, vendor},
		{"grafana", "eyJrIjoi", isBase64, 60, 0, 0, gitleaks},
		{"grafana", "glc_", isBase64, 32, 0, digit | anyCase, gitleaks},
		{"grafana", "glsa_", isTokenByte, 40, 0, digit | anyCase, gitleaks},
		{"dynatrace", "dt0c01.", isDottedByte, 80, 0, glued, gitleaks},
		{"dynatrace", "dt0s16.", isDottedByte, 40, 0, glued, vendor},
		{"new-relic", "NRAK-", isAlnum, 27, 0, 0, gitleaks},
		{"new-relic", "NRJS-", isAlnum, 19, 0, 0, gitleaks},
		{"new-relic", "NRII-", isTokenByte, 32, 0, 0, gitleaks},
		{"sentry", "sntrys_", isAnyBase64, 40, 0, glued, gitleaks},
		{"sentry", "sntryu_", isHex, 40, 0, glued, gitleaks},
		{"notion", "ntn_", isAlnum, 40, 0, digit, gitleaks},
		{"notion", "secret_", isAlnum, 43, 43, mixed, vendor},
		{"linear", "lin_api_", isAlnum, 40, 0, glued, gitleaks},
		{"linear", "lin_oauth_", isAlnum, 40, 0, glued, vendor},
		{"figma", "figd_", isTokenByte, 40, 0, digit, vendor},
		{"typeform", "tfp_", isDottedByte, 40, 0, digit, gitleaks},
		{"frameio", "fio-u-", isAnyBase64, 64, 0, glued, gitleaks},
		{"settlemint", "sm_aat_", isAlnum, 16, 0, digit, gitleaks},
		{"settlemint", "sm_pat_", isAlnum, 16, 0, digit, gitleaks},
		{"settlemint", "sm_sat_", isAlnum, 16, 0, digit, gitleaks},
		{"scalingo", "tk-us-", isTokenByte, 48, 48, digit, gitleaks},
		{"airtable", "pat", isDottedByte, 79, 79, mixed, gitleaks},
		{"plaid", "access-sandbox-", isTokenByte, 36, 0, digit | glued, gitleaks},
		{"plaid", "access-development-", isTokenByte, 36, 0, digit | glued, gitleaks},
		{"plaid", "access-production-", isTokenByte, 36, 0, digit | glued, gitleaks},
		{"yandex", "AQVN", isTokenByte, 35, 38, mixed, gitleaks},
		{"yandex", "YC", isTokenByte, 38, 38, mixed, gitleaks},
		{"ngrok", "ak_2", isAlnum, 26, 0, mixed, vendor},
		{"defined-networking", "dnkey-", isTokenByte, 60, 0, digit, gitleaks},
		{"posthog", "phc_", isAlnum, 32, 0, mixed, vendor},
		{"posthog", "phx_", isAlnum, 32, 0, mixed, vendor},
	}
)

// isHookByte holds for what the rest of a webhook's address consists of.
func isHookByte(c byte) bool { return isValueByte(c) || c == '@' || c == '?' || c == '&' }

// tokens are the formats as shapes, and the formats that no prefix tells.
func tokens() []shape {
	all := make([]shape, 0, len(formats)+16)
	for i := range formats {
		f := &formats[i]
		literal := f.prefix
		if f.flags&anyCase != 0 {
			literal = string(bytes.ToLower([]byte(literal)))
		}
		all = append(all, shape{literal: literal, fold: f.flags&anyCase != 0, find: f.find})
	}
	return append(all,
		shape{literal: "eyJ", find: of("json-web-token", jwt)},
		shape{literal: "ZXlK", find: of("json-web-token", jwtBase64)},
		shape{literal: "LS0tLS1CRUdJTi", find: of(PrivateKey, pemBase64)},
		shape{literal: ".atlasv1.", find: of("terraform", terraform)},
		shape{literal: "T3BlbkFJ", find: of("openai", around(isTokenByte, 20))}, // "OpenAI" in base64
		shape{literal: "Q~", find: of("azure", azureSecret)},
		shape{literal: "JQQJ99", find: of("azure", around(isAlnum, 70))}, // Azure's keys, with a checksum
		shape{literal: "AzCa", find: around(isAlnum, 30)},
		shape{literal: "+ASt", find: around(isBase64, 70)}, // Azure Storage
		shape{literal: ":A", find: of("telegram", telegram)},
		shape{literal: "_mmk", find: of("maxmind", maxMind)},
	)
}

// find finds the token of the format whose prefix stands at text[at:end].
func (f *format) find(t *window, at, end int) (span, bool) {
	if f.flags&glued == 0 && !t.startsWord(at, isAlnum) {
		return span{}, false
	}
	limit := t.reach
	if f.most > 0 {
		limit = f.most + 1
	}
	to := t.formatTo
	if t.format != f || end >= to || f.most > 0 {
		to = t.runEnd(end, limit, f.class)
		t.format, t.formatTo = f, to
	}
	if n := to - end; n < f.least || f.most > 0 && (n > f.most || to < len(t.text) && isAlnum(t.text[to])) {
		return span{}, false
	}
	for to > end && (t.text[to-1] == '.' || t.text[to-1] == '-') {
		to--
	}
	body := t.text[end:min(to, end+256)]
	c := count(body)
	switch {
	case len(bytes.Trim(body, "xX0.-_*")) == 0, // a placeholder
		f.flags&digit != 0 && c.digits == 0,
		f.flags&mixed != 0 && (c.digits == 0 || c.upper == 0 || c.upper == c.letters):
		return span{}, false
	case f.prefix == "MII" && bytes.IndexByte(body, '-') < 0:
		return span{}, false // a certificate
	case f.flags&tail != 0:
		t.kind = f.kindOf()
		return span{end, to}, true
	}
	t.kind = f.kindOf()
	return span{at, to}, true
}

// around returns a finder of runs of class that hold the literal and have least
// bytes in all.
func around(class func(byte) bool, least int) finder {
	return func(t *window, at, end int) (span, bool) {
		const most = 512
		from, to := t.runStart(at, most, class), t.runEnd(end, most, class)
		return span{from, to}, to-from >= least && to-from < most
	}
}

// jwt finds a JSON web token, signed or encrypted: base64 parts joined by dots.
func jwt(t *window, at, _ int) (span, bool) {
	if !t.startsWord(at, isDottedByte) {
		return span{}, false
	}
	to := t.runEnd(at, t.reach, isDottedByte)
	value := bytes.TrimRight(t.text[at:to], ".")
	return span{at, at + len(value)}, len(value) >= 40 && bytes.Count(value, []byte{'.'}) >= 2
}

// jwtBase64 finds a JSON web token in base64.
func jwtBase64(t *window, at, end int) (span, bool) {
	if !t.startsWord(at, isAlnum) {
		return span{}, false
	}
	to := t.runEnd(at, t.reach, isAnyBase64)
	head := make([]byte, 45)
	n, _ := base64.StdEncoding.Decode(head, t.text[at:at+min(to-at, 60)/4*4])
	return span{at, to}, to-at >= 80 && bytes.HasPrefix(head[:n], []byte("eyJ"))
}

// pemBase64 finds a private key whose block is in base64, as in a kubeconfig.
func pemBase64(t *window, at, end int) (span, bool) {
	const enough = 64 // bytes that hold the BEGIN line
	head := make([]byte, enough)
	n, _ := base64.StdEncoding.Decode(head, t.text[at:at+(t.runEnd(at, enough, isAnyBase64)-at)/4*4])
	if !bytes.Contains(head[:n], []byte("PRIVATE")) {
		return span{}, false
	}
	return span{at, t.runEnd(at, t.reach, isAnyBase64)}, true
}

// terraform finds a token of Terraform Cloud: 14 letters and digits, .atlasv1., 60.
// Source: gitleaks.
func terraform(t *window, at, end int) (span, bool) {
	from, to := t.runStart(at, 14, isAlnum), t.runEnd(end, 200, isTokenByte)
	return span{from, to}, at-from == 14 && to-end >= 40
}

// azureSecret finds a client secret of Entra ID: three bytes, a digit, Q~ and 31 to
// 34 more. Source: gitleaks.
func azureSecret(t *window, at, end int) (span, bool) {
	class := func(c byte) bool { return isDottedByte(c) || c == '~' }
	from, to := at-4, t.runEnd(end, 40, class)
	if from < 0 || !isDigit(t.text[at-1]) || !class(t.text[from]) || !class(t.text[from+1]) || !class(t.text[from+2]) {
		return span{}, false
	}
	return span{from, to}, to-end >= 31 && to-end <= 36
}

// telegram finds a bot's token: its number, a colon, A and 34 more. Source: gitleaks.
func telegram(t *window, at, end int) (span, bool) {
	from, to := t.runStart(at, 16, isDigit), t.runEnd(end, 40, isTokenByte)
	return span{from, to}, at-from >= 5 && to-end >= 33 && to-end <= 35
}

// maxMind finds a licence key: six bytes, underscore, 29 bytes, _mmk. Source: gitleaks.
func maxMind(t *window, at, end int) (span, bool) {
	from := t.runStart(at, 36, isTokenByte)
	return span{from, end}, at-from == 36 && t.text[from+6] == '_'
}
