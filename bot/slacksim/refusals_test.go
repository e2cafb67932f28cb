package slacksim

import (
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func fault(t *testing.T, text string) Fault {
	t.Helper()
	f, err := ParseFault(text)
	require.NoError(t, err)
	return f
}

func TestOneChannelRefusesACallAndOthersDoNot(t *testing.T) {
	s := start(t, Config{Faults: []Fault{fault(t, "call-error@chat.postMessage#"+builds+"=is_archived"), fault(t, "call-403#"+general)}})
	api := slackGo(t, s)
	_, _, err := api.PostMessageContext(t.Context(), builds, slack.MsgOptionText("x", false))
	require.ErrorContains(t, err, "is_archived")
	_, err = api.PostEphemeralContext(t.Context(), builds, ann, slack.MsgOptionText("x", false))
	require.NoError(t, err, "another method")
	_, _, err = api.PostMessageContext(t.Context(), general, slack.MsgOptionText("x", false))
	assert.Equal(t, 403, err.(slack.StatusCodeError).Code)
	_, _, err = api.PostMessageContext(t.Context(), ann, slack.MsgOptionText("x", false))
	require.NoError(t, err, "a direct message")
}

func TestADirectMessageOfTwoPeopleIsClosedToTheApp(t *testing.T) {
	const two = "D0TWOPEOPL"
	c := Config{}.withDefaults()
	c.Channels = append(c.Channels, Channel{ID: two, Name: "bob", Private: true, Members: []string{ann, bob}})
	s := start(t, c)
	api := slackGo(t, s)
	_, _, err := api.PostMessageContext(t.Context(), two, slack.MsgOptionText("x", false))
	require.ErrorContains(t, err, "channel_not_found")
	_, _, err = api.PostMessageContext(t.Context(), ann, slack.MsgOptionText("for ann", false))
	require.NoError(t, err)
	assert.NotContains(t, s.Render(two, ann), "for ann")
	direct, err := s.DirectMessage(ann)
	require.NoError(t, err)
	assert.Contains(t, s.Render(direct, ann), "for ann")
}

func TestALostFileIsAcceptedAndNeverShown(t *testing.T) {
	s := start(t, Config{Faults: []Fault{fault(t, "file-lost")}, Scopes: []string{"files:write", "files:read"}})
	api := slackGo(t, s)
	f, err := api.UploadFileContext(t.Context(), slack.UploadFileParameters{Filename: "a.log", FileSize: 2, Content: "a\n", Channel: builds})
	require.NoError(t, err)
	info, _, _, err := api.GetFileInfoContext(t.Context(), f.ID, 1, 1)
	require.NoError(t, err)
	assert.Empty(t, info.Shares.Public)
	assert.Empty(t, s.Messages(builds))
}
