package typed_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/texts"
	"logbot/commands/typed"
)

// parser reads two verbs beside help; web is an alias and logs the name of a task.
func parser() typed.Parser {
	return typed.Parser{
		Name: "/logs",
		Verbs: typed.Verbs{
			{Name: "fail", Usage: "TASK [BUILD]", Min: 1, Max: 2, Flags: []typed.Flag{{Name: "lines", Value: "N"}}},
			{Name: "show", Usage: "TASK [BUILD]", Min: 1, Max: 2, Flags: []typed.Flag{{Name: "tail"}, {Name: "step", Value: "S"}}},
			{Name: "help", Max: 1},
		},
		IsAlias:  func(word string) bool { return word == "web" || word == "shop" },
		IsTask:   func(word string) bool { return word == "web" || word == "logs" },
		Examples: func(v *typed.Verb) []string { return []string{v.Name + " web"} },
	}
}

func parse(t *testing.T, text string) (*typed.Command, error) {
	t.Helper()
	words, err := typed.Split(text)
	require.NoError(t, err, text)
	return parser().Parse(words)
}

func TestALineIsReadAndWrittenInItsUsualForm(t *testing.T) {
	for text, line := range map[string]string{
		"":                               "help",
		"-h":                             "help",
		"show --help":                    "help show",
		"web":                            "fail web",
		"logs 7":                         "fail logs 7",
		"shop 7":                         "fail shop 7",
		"/logs show web --tail":          "show web --tail",
		"logs show web":                  "show web",
		"--me FAIL web":                  "fail web --me",
		"show --step='Maven test' web 1": `show web 1 --step "Maven test"`,
		"fail web —lines 5":              "fail web --lines 5",
		"show web --me --step 3 --tail":  "show web --tail --step 3 --me",
	} {
		c, err := parse(t, text)
		require.NoError(t, err, text)
		assert.Equal(t, line, c.Line(), text)
	}
}

func TestAProblemOffersTheLineThatWasMeant(t *testing.T) {
	for text, line := range map[string]string{
		"fial web 1":         "fail web 1",
		"tail web":           "show web --tail",
		"why web 3":          "fail web 3",
		"shwo":               "show",
		"fail":               "fail web",
		"fail web 1 2":       "fail web 1",
		"show web 1 stage2":  "show web 1 --step stage2",
		"show web --tial":    "show web --tail",
		"show web -tail":     "show web --tail",
		"show web --nothing": "show web",
		"show web --tail=3":  "show web",
		"fail web --lines":   "fail web",
	} {
		_, err := parse(t, text)
		var p *typed.Problem
		require.ErrorAs(t, err, &p, text)
		require.NotEmpty(t, p.Try, text)
		assert.Equal(t, line, p.Try[0].Line, text)
		assert.NotEqual(t, typed.Sentence(err, texts.English), typed.Sentence(err, texts.Chinese), text)
	}
}

func TestALineIsRewritten(t *testing.T) {
	c, err := parse(t, "show web 7 --tail --step 3")
	require.NoError(t, err)
	assert.Equal(t, "show api 7 --tail --step 3", c.WithTask("api"))
	assert.Equal(t, "show api last --tail --step 3", c.WithBuild("api", "last"))
	assert.Equal(t, "show web 7 --tail --step Test", c.WithStep("Test"))
	assert.Equal(t, "show web 7 --step 3 --me", c.Without("tail").Again("me", ""))
	c.Pin("shop web", 8)
	assert.Equal(t, `show "shop web" 8 --tail --step 3`, c.Line())
}

func TestANumberIsBounded(t *testing.T) {
	for text, want := range map[string]int{"fail web": 20, "fail web --lines 7": 7, "fail web --lines ７": 7, "fail web --lines 0": -1, "fail web --lines many": -1} {
		c, err := parse(t, text)
		require.NoError(t, err)
		n, err := c.Number("lines", 20, 1, 100)
		if want < 0 {
			assert.ErrorContains(t, err, "lines", text)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, n, text)
	}
}

func TestTheNearestWordIsAtMostASlipAway(t *testing.T) {
	known := []string{"fail", "full", "follow", "show"}
	for word, want := range map[string]string{"fial": "fail", "fulll": "full", "folow": "follow", "floowx": "", "x": "", "fall": ""} {
		assert.Equal(t, want, typed.Nearest(word, known), word)
	}
}
