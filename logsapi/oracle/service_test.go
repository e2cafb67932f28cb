package oracle

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	build "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartsbuild/v3"
	check "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartscheck/v2"
	pipelines "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartspipeline/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// The SDK makes the id of the installation once a process, with the first of
// its clients, so the whole run has one temporary home.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "oracle")
	if err != nil {
		panic(err)
	}
	if err := os.Setenv("HOME", home); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(home)
		os.Exit(code)
	}))
}

var (
	keys          = logsapi.Keys{AK: "AKEXAMPLE0123456", SK: "secret-key-0123456789", ProjectID: "0123456789abcdef0123456789abcdef"}
	temporaryKeys = logsapi.Keys{AK: keys.AK, SK: keys.SK, ProjectID: keys.ProjectID, SecurityToken: "example-security-token"}
)

const iamProject = "cn-north-4" // has the name of its region

// What testdata holds.
const (
	project   = "9f0c3a6b1d2e4f5a8b7c6d5e4f3a2b1c"
	task      = "48c66c6002964721be537cdc6ce0297b"
	failed    = 7 // a build
	running   = 8 // another one
	record    = "2cc26382-b2cb-4234-8eb0-b37d362f4d4c"
	steps     = 2  // of the failed build
	stepID    = 17 // of its last step
	checkTask = "5d1e7c60029647210e537cdc6ce02abc"
	execution = "c001ff00d3cf4d369d87066806ae0001"
	checkRun  = "a777ff00d3cf4d369d87066806ae0000"

	pipelineID  = "b7920ec6cdc735eb1274692006c66c84" // started the failed build
	pipelineRun = "2cc26382b2cb42348eb0b37d362f4d4c"
)

// service is a simulated CodeArts and the clients of it.
type service struct {
	sim      *codeartsim.Server
	url      string
	build    *build.CodeArtsBuildClient
	check    *check.CodeArtsCheckClient
	pipeline *pipelines.CodeArtsPipelineClient
	ours     *logsapi.Client
	wire     *wire // what the SDK's clients sent and got
}

// serve starts a service that admits requests signed with keys alone.
func serve(t *testing.T, keys logsapi.Keys, faults ...codeartsim.Fault) *service {
	t.Helper()
	s := &service{wire: &wire{transport: &http.Transport{}}}
	var err error
	s.sim, err = codeartsim.New(codeartsim.Config{
		FS: os.DirFS("testdata"), Recent: true, Faults: faults,
		AccessKey: keys.AK, SecretKey: keys.SK, SecurityToken: keys.SecurityToken,
		IAM: codeartsim.IAM{Project: iamProject, ProjectID: keys.ProjectID},
	})
	require.NoError(t, err)
	host := httptest.NewServer(s.sim)
	t.Cleanup(host.Close)
	s.url = host.URL
	t.Cleanup(s.wire.transport.CloseIdleConnections)

	s.build = build.NewCodeArtsBuildClient(s.sdk(t, build.CodeArtsBuildClientBuilder(), keys))
	s.check = check.NewCodeArtsCheckClient(s.sdk(t, check.CodeArtsCheckClientBuilder(), keys))
	s.pipeline = pipelines.NewCodeArtsPipelineClient(s.sdk(t, pipelines.CodeArtsPipelineClientBuilder(), keys))
	s.ours, err = logsapi.NewClient(logsapi.Options{BuildURL: s.url, CheckURL: s.url, PipelineURL: s.url, Credential: keys, Rate: 1000})
	require.NoError(t, err)
	t.Cleanup(s.ours.CloseIdleConnections)
	return s
}

func (s *service) sdk(t *testing.T, b *core.HcHttpClientBuilder, keys logsapi.Keys) *core.HcHttpClient {
	t.Helper()
	credential, err := basic.NewCredentialsBuilder().WithAk(keys.AK).WithSk(keys.SK).
		WithProjectId(keys.ProjectID).WithSecurityToken(keys.SecurityToken).SafeBuild()
	require.NoError(t, err)
	client, err := b.WithEndpoint(s.url).WithCredential(credential).
		WithHttpConfig(config.DefaultHttpConfig().WithTimeout(time.Minute).WithHttpRoundTripper(s.wire)).SafeBuild()
	require.NoError(t, err)
	return client
}

// wire carries the requests of the SDK and keeps the last one, with the answer
// where that is JSON.
type wire struct {
	transport *http.Transport
	request   *http.Request
	answer    []byte
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.request, w.answer = r, nil
	a, err := w.transport.RoundTrip(r)
	if err != nil || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		return a, err
	}
	defer a.Body.Close()
	w.answer, err = io.ReadAll(a.Body)
	a.Body = io.NopCloser(bytes.NewReader(w.answer))
	return a, err
}
