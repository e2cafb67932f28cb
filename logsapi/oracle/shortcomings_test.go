package oracle

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	build "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartsbuild/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartsbuild/v3/model"
	check "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartscheck/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// These tests say what of the documentation, or of what the service was seen to
// send, the SDK does not read, and that logsapi does. One that fails with a
// newer SDK is good news.

const unknownTask = "00000000000000000000000000000000"

// page reads the first page of the failed build with logsapi.
func (s *service) page(t *testing.T) (logsapi.Page, error) {
	t.Helper()
	return s.ours.Page(t.Context(), logsapi.PageRequest{Log: logsapi.FinishedLog{TaskID: task, Build: failed}})
}

// download reads a step file with both clients.
func (s *service) download(t *testing.T) (sdk, ours string, ourErr error) {
	t.Helper()
	theirs, err := fileBySDK("INFO")(t, s)
	require.NoError(t, err, "the SDK sees nothing wrong")
	file, ourErr := ourFile(false)(t, s)
	return theirs.file, file.file, ourErr
}

// serviceError is what the SDK makes of a refusal and of what it cannot decode.
func serviceError(t *testing.T, err error) *sdkerr.ServiceResponseError {
	t.Helper()
	var e *sdkerr.ServiceResponseError
	require.True(t, errors.As(err, &e), "%v", err)
	return e
}

// The examples of the documentation show numbers, its tables say strings.
func TestTheSDKFailsOnOffsetsThatAreNumbers(t *testing.T) {
	s := serve(t, keys)
	for name, ask := range map[string]question{"finished-log": finishedBySDK, "live-log": liveBySDK(failed)} {
		_, err := ask(s, logsapi.Cursor{}, "AES")
		e := serviceError(t, err)
		assert.Contains(t, e.ErrorMessage, "StartOffset", name)
		assert.Equal(t, http.StatusOK, e.StatusCode, name)
		assert.Empty(t, e.ErrorCode, name)
	}
	page, err := s.page(t)
	assert.NoError(t, err)
	assert.NotEmpty(t, page.Text)
}

func TestTheSDKFailsOnAnErrorThatIsAnEmptyObject(t *testing.T) {
	s := serve(t, keys, codeartsim.OffsetsString, codeartsim.ErrorEmpty)
	_, err := finishedBySDK(s, logsapi.Cursor{}, "AES")
	assert.Equal(t, http.StatusOK, serviceError(t, err).StatusCode)
	_, err = s.page(t)
	assert.NoError(t, err)
}

func TestTheSDKReturnsNothingForARefusalWithStatus200(t *testing.T) {
	s := serve(t, keys, codeartsim.OffsetsString, codeartsim.Error200)
	a, err := s.build.ShowActionIInfo(&model.ShowActionIInfoRequest{JobId: unknownTask, BuildNo: failed})
	require.NoError(t, err)
	assert.Contains(t, string(s.wire.answer), "DEVCB.00031006")
	assert.Equal(t, &model.ShowActionIInfoResponse{HttpStatusCode: http.StatusOK}, a)

	_, err = s.ours.Page(t.Context(), logsapi.PageRequest{Log: logsapi.FinishedLog{TaskID: unknownTask, Build: failed}})
	assert.ErrorIs(t, err, logsapi.ErrNotFound)
	assert.ErrorContains(t, err, "DEVCB.00031006")
}

// logsapi asks again before it says so, since the service claims to be busy.
func TestTheSDKTakesAnErrorForTheFile(t *testing.T) {
	s := serve(t, keys, codeartsim.FileJSON)
	sdk, ours, err := s.download(t)
	assert.JSONEq(t, `{"error_code":"CB.00060100","error_msg":"The system is busy. Try again later."}`, sdk)
	assert.Empty(t, ours)
	assert.ErrorContains(t, err, "CB.00060100")
}

func TestTheSDKTakesASignOnPageForTheFile(t *testing.T) {
	s := serve(t, keys, codeartsim.FileHTML)
	sdk, ours, err := s.download(t)
	assert.Contains(t, sdk, "<html>")
	assert.Empty(t, ours)
	assert.ErrorIs(t, err, logsapi.ErrProtocol)
}

func TestTheSDKTakesARedirectForTheFile(t *testing.T) {
	s := serve(t, keys, codeartsim.Redirect)
	sdk, ours, err := s.download(t)
	assert.Contains(t, sdk, `<a href="/v4/`+record)
	require.NoError(t, err)
	assert.Contains(t, ours, "该步骤执行失败")
}

// Whether the service compresses files is not documented; its newer endpoint can
// be asked to.
func TestTheSDKLeavesAFileCompressed(t *testing.T) {
	for fault, magic := range map[codeartsim.Fault]string{codeartsim.FileGzip: "\x1f\x8b", codeartsim.FileZip: "PK\x03\x04"} {
		s := serve(t, keys, fault)
		sdk, ours, err := s.download(t)
		assert.Equal(t, magic, sdk[:len(magic)])
		require.NoError(t, err)
		assert.Contains(t, ours, "该步骤执行失败")
	}
}

func TestTheSDKDoesNotRetry(t *testing.T) {
	s := serve(t, keys, codeartsim.OffsetsString, "throttle=2")
	_, err := finishedBySDK(s, logsapi.Cursor{}, "AES")
	e := serviceError(t, err)
	assert.Equal(t, http.StatusTooManyRequests, e.StatusCode)
	assert.Equal(t, "APIGW.0308", e.ErrorCode)
	assert.EqualValues(t, 1, s.sim.Requests().FinishedLog)
}

// Of the two shapes that sources describe the SDK knows the one that was not
// seen of the service.
func TestTheSDKListsTasksInOneShapeOnly(t *testing.T) {
	list := &model.ListProjectJobsRequest{ProjectId: project, PageSize: 10}
	a, err := serve(t, keys).build.ListProjectJobs(list)
	require.NoError(t, err)
	assert.Nil(t, a.Jobs)
	assert.Nil(t, a.Total)

	a, err = serve(t, keys, codeartsim.OtherShape).build.ListProjectJobs(list)
	require.NoError(t, err)
	require.Len(t, *a.Jobs, 1)
	assert.Equal(t, task, *(*a.Jobs)[0].Id)
}

// The documentation calls these endpoints ShowActionInfo, ShowLog,
// ShowLogAnalysis, getJobsInfo and ShowLastJobs.
func TestTheSDKLacksEndpoints(t *testing.T) {
	for _, client := range []reflect.Type{reflect.TypeFor[*build.CodeArtsBuildClient](), reflect.TypeFor[*check.CodeArtsCheckClient]()} {
		for _, name := range []string{"ShowActionInfo", "ShowLog", "ShowLogAnalysis", "GetJobsInfo", "ShowLastJobs"} {
			_, has := client.MethodByName(name)
			assert.False(t, has, "%v.%s", client, name)
		}
	}
}

func TestTheSDKMarksTheInstallation(t *testing.T) {
	s := serve(t, keys, codeartsim.OffsetsString)
	_, err := finishedBySDK(s, logsapi.Cursor{}, "AES")
	require.NoError(t, err)
	home, err := os.UserHomeDir()
	require.NoError(t, err)
	id, err := os.ReadFile(filepath.Join(home, ".huaweicloud", "application_id"))
	require.NoError(t, err)
	assert.Len(t, id, 36)
	assert.Contains(t, s.wire.request.UserAgent(), "app/"+string(id))
	assert.Contains(t, s.wire.request.Header.Get("Authorization"), "SignedHeaders=user-agent;x-project-id;x-sdk-date,",
		"a proxy that rewrites the User-Agent breaks the signature")
}
