package logsapi

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/dialect"
)

func TestSuccessIsReadWhateverTheShapeOfTheEnvelope(t *testing.T) {
	for name, body := range map[string]string{
		"numbers":         aPage,
		"text":            `{"result":{"start_offset":"0","end_offset":"2","has_more":"false","log":"x\n"},"error":{},"status":"success"}`,
		"camel case":      `{"result":{"startOffset":0,"endOffset":2,"hasMore":false,"log":"x\n","override":true},"error":{"code":null,"message":""},"status":"success"}`,
		"floats":          `{"result":{"start_offset":0,"end_offset":0.2e1,"log":"x\n"},"error":"","status":"SUCCESS"}`,
		"null for 0":      `{"result":{"start_offset":null,"end_offset":"2","log":"x\n"},"error":null}`,
		"in a string":     `"{\"result\":{\"start_offset\":0,\"end_offset\":2,\"log\":\"x\\n\"}}"`,
		"space around it": " \n" + aPage + "\n",
		"success is true": `{"success":true,"message":"ok","result":{"start_offset":0,"end_offset":2,"log":"x\n"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			client := offline(t, func(*http.Request) (*http.Response, error) { return answer(200, body), nil })
			got, err := client.Page(t.Context(), PageRequest{Log: testLog})
			require.NoError(t, err)
			assert.Equal(t, Page{Text: "x\n", Next: Cursor{0, 2}, Last: true}, got)
		})
	}
}

func TestBytesThatJSONCannotCarryStayReplaced(t *testing.T) {
	body := "{\"result\":{\"start_offset\":0,\"end_offset\":9,\"log\":\"a\xff\\ud800\uFFFD\\n\"}}"
	client := offline(t, func(*http.Request) (*http.Response, error) { return answer(200, body), nil })
	got, err := client.Page(t.Context(), PageRequest{Log: testLog})
	require.NoError(t, err)
	assert.Equal(t, "a\uFFFD\uFFFD\uFFFD\n", got.Text)
}

func TestResultWithoutAnythingIsNotUnderstood(t *testing.T) {
	client := offline(t, func(*http.Request) (*http.Response, error) {
		return answer(200, `{"result":{},"error":null,"status":"success"}`), nil
	})
	_, err := client.Page(t.Context(), PageRequest{Log: testLog})
	require.ErrorIs(t, err, ErrProtocol)
	assert.ErrorContains(t, err, "read page of finished/"+vectorTask+"/7: ")
	assert.ErrorContains(t, err, "neither a log nor offsets")
}

func FuzzPageResult(f *testing.F) {
	for _, body := range []string{
		`{"start_offset":0,"end_offset":2,"has_more":false,"log":"x\n"}`, `{"startOffset":"88961","endOffset":176422,"hasMore":false,"log":"失败\n"}`,
		`{"end_offset":-1,"log":null}`, "", "null", "{}",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var result pageResult
		if json.Unmarshal(body, &result) == nil {
			for _, order := range []Order{Ascending, Descending} {
				r := PageRequest{Order: order, At: Cursor{3, 5}}
				p, err := result.page(r, dialect.NewHost("", nil, ""))
				if err == nil && (p.Next.Start < 0 || p.Next.End < 0) {
					t.Fatalf("negative offsets in %+v", p)
				}
			}
		}
		var row buildRow
		if json.Unmarshal(body, &row) == nil {
			row.build()
		}
	})
}
