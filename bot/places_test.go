package bot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

// withoutBot are places where people type and the bot is not a member, and
// whether somebody can invite it there.
func withoutBot() map[string]bool {
	return map[string]bool{private: true, twoPeople: false, groupOfPeople: false}
}

func placesWorkspace() slacksim.Config {
	both := []string{ann, bob}
	return slacksim.Config{Channels: []slacksim.Channel{
		{ID: builds, Name: "builds", Members: both, Bot: true},
		{ID: private, Name: "secret", Members: both, Private: true},
		{ID: twoPeople, Name: "bob", Members: both, Private: true},
		{ID: groupOfPeople, Name: "ann--bob--cat-1", Members: both, Private: true, Group: true},
	}}
}

func TestAFileThatSlackDoesNotTakeWithoutTheBotIsToldOnceWithWhatToDo(t *testing.T) {
	for place, open := range withoutBot() {
		t.Run(place, func(t *testing.T) {
			h := newHarnessIn(t, placesWorkspace(), Options{Commands: &sampleRunner{}})
			h.settled(t, h.slash(t, place, "full web 128").EnvelopeID)
			told := h.Ephemerals(place, ann)
			if assert.Len(t, told, 1) {
				assert.Equal(t, open, strings.Contains(string(told[0].Blocks), "/invite @logbot"))
				assert.Equal(t, !open, strings.Contains(string(told[0].Blocks), "direct message"))
			}
			assert.LessOrEqual(t, h.Counts()["files.completeUploadExternal"], 1, "not tried again")
		})
	}
}

func TestAfterTheResponseURLHasExpiredAnAnswerComesAsADirectMessage(t *testing.T) {
	for place := range withoutBot() {
		for line, says := range map[string]string{"fail web 128": "web #128 failed", "help": "Unknown command.", "full web 128": "/logs full web 128"} {
			t.Run(place+"/"+line, func(t *testing.T) {
				w := placesWorkspace()
				w.Faults = faults(t, "call-error@response_url=expired_url")
				h := newHarnessIn(t, w, Options{Commands: &sampleRunner{}})
				h.settled(t, h.slash(t, place, line).EnvelopeID)
				direct, err := h.DirectMessage(ann)
				require.NoError(t, err)
				shown := h.Render(direct, ann)
				assert.Equal(t, 1, strings.Count(shown, says), shown)
				for _, m := range h.Messages(place) {
					assert.Equal(t, "command", m.Via, "nothing of the bot's")
				}
				assert.Empty(t, h.Ephemerals(place, ann))
			})
		}
	}
}
