package bot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/bot/slacksim"
)

// withoutBot are places in which people type and of which the bot is not a member, and
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

func TestAfterTheResponseURLHasExpiredAnAnswerStillArrives(t *testing.T) {
	for place := range withoutBot() {
		t.Run(place, func(t *testing.T) {
			w := placesWorkspace()
			w.Faults = faults(t, "call-404@response_url")
			h := newHarnessIn(t, w, Options{Commands: &sampleRunner{}})
			h.settled(t, h.slash(t, place, "fail web 128").EnvelopeID)
			direct, err := h.DirectMessage(ann)
			assert.NoError(t, err)
			shown := h.Render(direct, ann)
			assert.Equal(t, 1, strings.Count(shown, "web #128 failed"), shown)
			assert.Contains(t, shown, "logbot is not in this conversation")
			assert.NotContains(t, h.Render(place, ann), "web #128 failed")
		})
	}
}
