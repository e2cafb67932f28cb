package oracle

import (
	"crypto/rand"
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	build "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartsbuild/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

func TestBothReadWithATemporaryKey(t *testing.T) {
	s := serve(t, temporaryKeys, codeartsim.OffsetsString)
	sdk, err := paged(finishedBySDK)(t, s)
	require.NoError(t, err)
	ours, err := ourPages(logsapi.FinishedLog{TaskID: task, Build: failed})(t, s)
	require.NoError(t, err)
	same(t, sdk, ours)
}

func TestTheSimulatorRefusesTheSDKWithAnotherKey(t *testing.T) {
	s := serve(t, temporaryKeys, codeartsim.OffsetsString)
	other, withoutToken := temporaryKeys, temporaryKeys
	other.SK += "x"
	withoutToken.SecurityToken = ""
	for _, wrong := range []logsapi.Keys{other, withoutToken} {
		s.build = build.NewCodeArtsBuildClient(s.sdk(t, build.CodeArtsBuildClientBuilder(), wrong))
		_, err := finishedBySDK(s, logsapi.Cursor{}, "AES")
		e := serviceError(t, err)
		assert.Equal(t, http.StatusUnauthorized, e.StatusCode)
		assert.Equal(t, "APIGW.0301", e.ErrorCode)
	}
}

// Without the id of a project the SDK asks IAM for that of the region, once a
// process for one key.
func TestTheSDKFindsItsProject(t *testing.T) {
	keys := keys
	keys.AK = "AK" + rand.Text()
	s := serve(t, keys, codeartsim.OffsetsString)
	credential, err := basic.NewCredentialsBuilder().WithAk(keys.AK).WithSk(keys.SK).WithIamEndpointOverride(s.url).SafeBuild()
	require.NoError(t, err)
	client, err := build.CodeArtsBuildClientBuilder().WithCredential(credential).
		WithRegion(region.NewRegion(iamProject, s.url)).
		WithHttpConfig(config.DefaultHttpConfig().WithHttpRoundTripper(s.wire)).SafeBuild()
	require.NoError(t, err)
	assert.EqualValues(t, 1, s.sim.Requests().IAM)
	s.build = build.NewCodeArtsBuildClient(client)
	_, err = finishedBySDK(s, logsapi.Cursor{}, "AES")
	require.NoError(t, err)
	assert.Equal(t, keys.ProjectID, s.wire.request.Header.Get("X-Project-Id"))
}
