package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runMask runs logbot mask with an environment on log as standard input.
func runMask(t *testing.T, env map[string]string, log string, args ...string) (status int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), append([]string{"mask"}, args...), lines(env), strings.NewReader(log), &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

func TestMaskWritesTheMaskedLogAndTheCount(t *testing.T) {
	status, out, errs := runMask(t, map[string]string{"HUAWEICLOUD_SDK_SK": "sk-of-the-tests-0"}, "one sk-of-the-tests-0\npassword=Maple$1"+"234\nthree\n")
	assert.Zero(t, status)
	assert.Equal(t, "one ‹hidden›\npassword=‹hidden›\nthree\n", out)
	assert.Equal(t, "2 values masked\n", errs)

	status, out, errs = runMask(t, nil, "", fileOf(t, "login with password=Maple$1"+"234"))
	assert.Zero(t, status)
	assert.Equal(t, "login with password=‹hidden›", out)
	assert.Equal(t, "1 value masked\n", errs)
}

func TestMaskFollowsTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "names.txt"), []byte("project-nightfall\n\n"), 0o600))
	config := filepath.Join(dir, "config.yaml")
	require.NoError(t, os.WriteFile(config, []byte(`
mask:
  expressions: ['\bACME-[0-9]{4}\b', 'badge (\d+)']
  values: [customer-seven]
  files: [names.txt]
  exceptions: ['Maple$0000', '/ACME-00../']
`), 0o600))
	status, out, errs := runMask(t, map[string]string{"LOGBOT_CONFIG": config}, "ACME-1234 ACME-0012 badge 77 customer-seven project-nightfall password=Maple$0000 password=Maple$0"+"001\n")
	assert.Zero(t, status, errs)
	assert.Equal(t, "‹hidden› ACME-0012 badge ‹hidden› ‹hidden› ‹hidden› password=Maple$0000 password=‹hidden›\n", out)
	assert.Equal(t, "5 values masked\n", errs)
}

func TestAWrongExpressionOfTheConfigurationIsNamed(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(config, []byte("mask:\n  expressions: ['(', 'x*']\n  files: [nowhere.txt]\n"), 0o600))
	status, _, errs := runMask(t, map[string]string{"LOGBOT_CONFIG": config}, "")
	assert.Equal(t, 1, status)
	for _, says := range []string{`expression "("`, `expression "x*" matches the empty text`, "nowhere.txt"} {
		assert.Contains(t, errs, says)
	}
}
