package wire

import (
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gateway answers for the hosts that exist: true is one that publishes everything.
func gateway(asked *[]string, exist map[string]bool) transport {
	return func(r *http.Request) (*http.Response, error) {
		*asked = append(*asked, r.URL.Host)
		publishes, ok := exist[r.URL.Host]
		switch {
		case !ok:
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}}
		case !publishes:
			return answer(http.StatusNotFound, `{"error_code":"APIGW.0101","error_msg":"not published"}`), nil
		}
		return answer(http.StatusOK, aPage), nil
	}
}

func TestTheOtherHostOfAServiceIsAskedIfOneDoesNotExistOrPublish(t *testing.T) {
	const newer, older = "codearts-check.cn-north-4.myhuaweicloud.com", "codecheck-ext.cn-north-4.myhuaweicloud.com"
	request := Request{Op: "read check", Service: CheckService, Path: "/v1/console-log"}
	for name, c := range map[string]struct {
		exist map[string]bool
		asked []string // by two requests
		says  string
	}{
		"the first":                         {map[string]bool{newer: true}, []string{newer, newer}, ""},
		"the second, the first has no name": {map[string]bool{older: true}, []string{newer, older, older}, ""},
		"the second, the first has no such": {map[string]bool{newer: false, older: true}, []string{newer, older, older}, ""},
		"neither, both are there":           {map[string]bool{newer: false, older: false}, []string{newer, older, newer, older}, newer + " does not publish /v1/console-log"},
		"neither, one is there":             {map[string]bool{older: false}, []string{newer, older, newer, older}, older + " does not publish /v1/console-log"},
		"neither is there":                  {nil, []string{newer, older, newer, older}, "the host " + newer + " does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			r := newRequester(t, Options{Transport: gateway(&asked, c.exist), Sleep: noSleep})
			for range 2 {
				_, err := Get[page](t.Context(), r, request)
				if c.says != "" {
					assert.ErrorContains(t, err, c.says)
					continue
				}
				require.NoError(t, err)
			}
			assert.Equal(t, c.asked, asked)
		})
	}
}

func TestAnUnknownRegionIsReportedAsSuch(t *testing.T) {
	for region, says := range map[string]string{
		"cn-nord-4":   "the host cloudbuild-ext.cn-nord-4.myhuaweicloud.com does not exist: dial: lookup cloudbuild-ext.cn-nord-4.myhuaweicloud.com: no such host; region cn-nord-4 is not known, did you mean cn-north-4? Known are cn-north-1, cn-north-4,",
		"us-nowhere":  "region us-nowhere is not known; known are cn-north-1,",
		"cn-north-4":  "check the network and its name server",
		"eu-west-101": "the host cloudbuild-ext.eu-west-101.myhuaweicloud.eu does not exist",
	} {
		var asked []string
		_, err := get(t.Context(), newRequester(t, Options{Region: region, Transport: gateway(&asked, nil), Sleep: noSleep}))
		require.ErrorIs(t, err, ErrUnavailable)
		assert.ErrorContains(t, err, says)
		assert.Len(t, asked, 1, "it will not exist in a moment")
	}
	proxy := transport(func(*http.Request) (*http.Response, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "proxy.example", IsNotFound: true}
	})
	_, err := get(t.Context(), newRequester(t, Options{Region: "cn-nord-4", Transport: proxy, Sleep: noSleep}))
	assert.ErrorContains(t, err, "the service cannot be reached", "the host of a proxy says nothing of the region")
}

func TestTheAddressesOfARegionCanBeReplaced(t *testing.T) {
	for _, c := range []struct {
		o    Options
		host string
	}{
		{Options{Region: "cn-north-4"}, "cloudbuild-ext.cn-north-4.myhuaweicloud.com"},
		{Options{Region: "eu-west-101"}, "cloudbuild-ext.eu-west-101.myhuaweicloud.eu"},
		{Options{Region: "cn-north-4", BuildURL: "https://build.{region}.corp.example"}, "build.cn-north-4.corp.example"},
		{Options{Region: "cn-north-4", BuildURL: "https://cloudbuild-ext.{region}.myhuaweicloud.cn"}, "cloudbuild-ext.cn-north-4.myhuaweicloud.cn"},
		{Options{BuildURL: "https://build.corp.example"}, "build.corp.example"},
	} {
		var asked []string
		c.o.Transport, c.o.Sleep = gateway(&asked, nil), noSleep
		_, err := get(t.Context(), newRequester(t, c.o))
		require.Error(t, err)
		assert.Equal(t, []string{c.host}, asked)
	}
	r := newRequester(t, Options{BuildURL: "https://build.corp.example"})
	_, err := Get[page](t.Context(), r, Request{Op: "read", Service: PipelineService, Path: "/x"})
	assert.ErrorContains(t, err, "no region and no URL of CodeArts Pipeline is configured")
	assert.True(t, errors.Is(err, ErrInvalid))
	for _, s := range []string{"", "a", "cn-north-44", "cn-north"} {
		assert.LessOrEqual(t, distance("cn-north-4", s), 10)
	}
	assert.Empty(t, nearest("cn-north-9", []string{"cn-north-1", "cn-north-4"}), "two are as near")
}
