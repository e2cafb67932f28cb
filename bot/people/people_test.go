package people

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/texts"
)

func TestLanguagesAreForgottenInTimeAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		log, _ := logtest.NewNullLogger()
		d := NewDirectory(texts.English, func(_ context.Context, user string) (*slack.User, error) {
			asked++
			if strings.HasPrefix(user, "X") {
				return nil, errors.New("missing_scope")
			}
			return &slack.User{Locale: "zh-TW"}, nil
		}, log)
		require.True(t, d.NeedsLanguage("U1"))
		d.LearnLanguage(t.Context(), "U1")
		d.LearnLanguage(t.Context(), "X1")
		assert.Equal(t, texts.Chinese, d.Language("U1"))
		assert.Equal(t, texts.English, d.Language("X1"))
		assert.False(t, d.NeedsLanguage("U1") || d.NeedsLanguage("X1"), "also where Slack does not tell")
		time.Sleep(languageLives) // of the bubble's clock
		assert.True(t, d.NeedsLanguage("U1"))
		assert.Equal(t, texts.English, d.Language("U1"))
		for i := range maxPeople + 10 {
			d.LearnLanguage(t.Context(), fmt.Sprint("U", i))
		}
		assert.True(t, d.NeedsLanguage("U0"), "the oldest is forgotten")
		assert.False(t, d.NeedsLanguage(fmt.Sprint("U", maxPeople+9)))
		assert.False(t, d.NeedsLanguage(""), "there is no user to ask about")
	})
}
