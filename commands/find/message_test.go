package find_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/access"
)

// page is the address of a task's page.
const page = "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/0123456789abcdef0123456789abcdef/build/detail/"

func TestABuildIsFoundInAnyMessage(t *testing.T) {
	for message, want := range map[string]string{
		// Addresses go before all else.
		page + webID + "/128":                                                                             "fail web 128",
		page + webID + "?v=1&build_no=128":                                                                "fail web 128",
		"<" + page + webID + "|Build #128> failed":                                                        "fail web 128",
		"<" + page + webID + "?a=1&build_no=7>":                                                           "fail web 7",
		"shop-api #3: see " + page + webID + " build 12.":                                                 "fail web 12",
		"构建失败：" + page + webID + "，构建编号：128":                                                              "fail web 128",
		"（" + page + id("1") + "）第 5 次构建失败":                                                               "fail " + id("1") + " 5",
		"第 9 次构建 " + page + webID:                                                                         "fail web 9",
		"https://x.example/build/1 and " + page + webID + "/2":                                            "fail web 2",
		"https://devcloud.cn-north-4.huaweicloud.com/codecheck/project/" + id("77") + "/task/" + id("c1"): "check https://devcloud.cn-north-4.huaweicloud.com/codecheck/project/" + id("77") + "/task/" + id("c1"),

		// Ids.
		webID + " 128":                     "fail web 128",
		strings.ToUpper(webID) + " #128":   "fail web 128",
		"task " + id("2") + " build no. 4": "fail " + id("2") + " 4",
		"任务ID: " + webID + "\n构建编号: 128":   "fail web 128",

		// Names.
		"web #128":                          "fail web 128",
		"web 128":                           "fail web 128",
		"WEB #128":                          "fail web 128",
		"Build web #128 failed":             "fail web 128",
		"*web* #128 failed in `Maven test`": "fail web 128",
		"build #128 of web is red":          "fail web 128",
		"web build no. 128 broke":           "fail web 128",
		"/logs fail web 128":                "fail web 128",
		"web #128，又挂了":                      "fail web 128",
		"构建web#128失败":                       "fail web 128",
		"web 的第 128 次构建失败了":                 "fail web 128",
		"【CodeArts】构建任务 web 执行失败，构建号：128":   "fail web 128",
		"构建任务“固件 构建”第 12 次失败":               `fail "固件 构建" 12`,
		"shop-web #5 and web #6":            "fail shop-web 5",
		"web is fine, shop-api #6 is not":   "fail shop-api 6",
		"at 14:02 web took 3.5 s; web #128": "fail web 128",
		"twin #4":                           "fail " + id("5") + " 4",
		"web was red, see build 128":        "fail web 128",
	} {
		line, err := newNames(access.Open()).InMessage(t.Context(), query("fail"), message)
		require.NoError(t, err, message)
		assert.Equal(t, want, line, message)
	}
}
