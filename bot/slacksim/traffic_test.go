package slacksim

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheTrafficRecordHoldsWhatTheAppSent(t *testing.T) {
	s := start(t, Config{})
	require.True(t, api(t, s, "chat.postMessage", "channel", builds, "text", "hi").ok())
	api(t, s, "chat.postMessage", "channel", builds)
	api(t, s, "chat.shout")
	uploaded(t, s, "x.log", "hi")
	calls := s.Received()
	require.Len(t, calls, 5)
	assert.Equal(t, map[string]string{"channel": builds, "text": "hi"}, calls[0].Args, "without the token")
	assert.EqualValues(t, len("channel="+builds+"&text=hi&token="+s.BotToken()), calls[0].Bytes)
	assert.Equal(t, "no_text", calls[1].Error)
	assert.Equal(t, "unknown_method", calls[2].Error)
	assert.Equal(t, 200, calls[2].Status)
	assert.Equal(t, "upload", calls[4].Method)
	assert.EqualValues(t, 2, calls[4].Bytes)
	assert.Equal(t, map[string]int{"chat.postMessage": 2, "files.getUploadURLExternal": 1, "upload": 1}, s.Counts())
}

func TestSearchFindsASecretWhereverItLeaks(t *testing.T) {
	const secret = `p"w<密>`
	leaks := map[string]func(*testing.T, *Server){
		"in text": func(t *testing.T, s *Server) {
			api(t, s, "chat.postMessage", "channel", builds, "text", "it is "+secret)
		},
		"in a refused call": func(t *testing.T, s *Server) {
			api(t, s, "chat.postMessage", "channel", "C0NOWHERE1", "text", secret)
		},
		"in blocks": func(t *testing.T, s *Server) {
			api(t, s, "chat.postMessage", "channel", builds, "blocks", toJSON(t, []any{richText(preformatted(leaf("x" + secret)))}))
		},
		"in a JSON call": func(t *testing.T, s *Server) {
			do(t, s.APIURL()+"chat.postMessage", jsonType, s.BotToken(), toJSON(t, obj{"channel": builds, "blocks": []any{richText(preformatted(leaf(secret)))}}))
		},
		"in a response": func(t *testing.T, s *Server) {
			do(t, typed(t, s, builds).ResponseURL, jsonType, "", toJSON(t, obj{"text": secret}))
		},
		"in an acknowledgement": func(t *testing.T, s *Server) {
			c, _ := open(t, s)
			c.write(obj{"envelope_id": slash(t, s, "x").EnvelopeID, "payload": obj{"text": secret}})
			require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["ack"] == 1 }))
		},
		"in a file's name": func(t *testing.T, s *Server) { uploaded(t, s, secret+".log", "x") },
		"in a file":        func(t *testing.T, s *Server) { uploaded(t, s, "x.log", strings.Repeat("x", 70_000)+secret) },
		"in a large file":  func(t *testing.T, s *Server) { uploaded(t, s, "x.log", strings.Repeat("x", 2<<20)+secret+"x") },
	}
	for name, leak := range leaks {
		t.Run(name, func(t *testing.T) {
			s := start(t, Config{})
			found, err := s.Search(secret)
			require.NoError(t, err)
			assert.Empty(t, found)
			leak(t, s)
			found, err = s.Search(secret)
			require.NoError(t, err)
			assert.NotEmpty(t, found)
			found, err = s.Search(s.BotToken())
			require.NoError(t, err)
			assert.Empty(t, found, "a token that authorises a call is no leak")
		})
	}
}

func TestSearchReportsAnIncompleteRecord(t *testing.T) {
	s := start(t, Config{})
	big := map[string]string{"text": strings.Repeat("x", 8<<20)}
	for range 10 {
		s.record(Call{Method: "chat.postMessage", Args: big})
	}
	assert.LessOrEqual(t, s.traffic.bytes, int64(maxCallsBytes))
	_, err := s.Search("x")
	require.ErrorContains(t, err, "no longer in the record")
	for range maxCallsKept + 1 {
		s.record(Call{Method: "ack"})
	}
	assert.Len(t, s.Received(), maxCallsKept)
}

func TestMatchesThatStraddleReads(t *testing.T) {
	for offset := 64<<10 - 8; offset < 64<<10+8; offset++ {
		data := append(bytes.Repeat([]byte("x"), offset), "密码123"...)
		in, err := streamContains(iotest.HalfReader(bytes.NewReader(data)), "密码123")
		require.NoError(t, err)
		assert.True(t, in, offset)
	}
	_, err := streamContains(iotest.ErrReader(assert.AnError), "x")
	require.ErrorIs(t, err, assert.AnError)
}
