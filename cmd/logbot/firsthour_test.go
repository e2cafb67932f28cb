package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// firstHour is what went wrong for people and operators in their first hour with an
// early version, and the tests that fail if it comes back: folder and name.
var firstHour = []struct{ met, tests string }{
	{"a build that never started", "commands.TestTheFirstHourIsAnswered, commands.TestEachOutcomeIsToldByItsCard"},
	{"a build that somebody stopped", "commands.TestTheFirstHourIsAnswered, commands.TestEachOutcomeIsToldByItsCard"},
	{"a word too many behind a command without arguments", "commands.TestTheFirstHourIsAnswered"},
	{"the words of grep in their own order", "commands.TestTheFirstHourIsAnswered"},
	{"a command that other bots have", "commands.TestTheFirstHourIsAnswered"},
	{"a build that shall start again", "commands.TestTheFirstHourIsAnswered, commands.TestWhatLogbotDoesNotDoLeadsToWhereItIsDone"},
	{"builds by #, ~, latest and a count by -n", "commands.TestTheFirstHourIsAnswered, commands/typed.TestALineIsReadAndWrittenInItsUsualForm"},
	{"the address of a task", "commands.TestAPastedAddressIsCalledByTheNameOfItsTask"},
	{"a question in Chinese", "commands.TestTheFirstHourIsAnswered"},
	{"a command in Chinese", "commands.TestTheFirstHourIsAnswered"},
	{"the language of the first answer", "bot.TestTheFirstAnswerSpeaksTheReadersLanguage, bot/people.TestTheFirstAnswerSpeaksTheReadersLanguage"},
	{"two steps that failed", "commands.TestEachOutcomeIsToldByItsCard, commands.TestAStoryOfDailyWorkTakesOneMessage"},
	{"three modules that failed", "commands.TestAStoryOfDailyWorkTakesOneMessage"},
	{"a green build without its tests", "commands.TestEachOutcomeIsToldByItsCard"},
	{"the lines of the help where nothing is set up", "commands.TestEveryLineThatIsOfferedWorksInAFreshWorkspace"},
	{"a wrong secret key in the operator's log", "cmd/logbot.TestAnOperatorFindsInTheLogWhatPeopleWereTold, cmd/logbot/checkup.TestEachMistakeIsNamedWithWhatToDo"},
	{"an app that may not post", "bot.TestTheCallerHearsOnceWithinFiveSecondsWhySlackRefuses, bot.TestEachMissingScopeIsOneLineAtTheStart"},
	{"an app that may not send files", "bot.TestTheCallerHearsOnceWithinFiveSecondsWhySlackRefuses, bot.TestEachMissingScopeIsOneLineAtTheStart"},
	{"a stop while CodeArts hangs", "bot.TestWhenItStopsEveryCallerIsTold"},
	{"a key of the configuration with a slip", "cmd/logbot.TestWhatIsMissingOrWrongIsSaidAtStart"},
	{"a task of an access rule with a slip", "cmd/logbot.TestWhatIsMissingOrWrongIsSaidAtStart"},
	{"a region with a slip", "cmd/logbot/config.TestARegionWithASlipIsAWarning, cmd/logbot/checkup.TestEachMistakeIsNamedWithWhatToDo"},
	{"a simulator that there is not", "cmd/logbot.TestAMistypedLineIsOneErrorWithWhatToType"},
	{"--version", "cmd/logbot.TestVersionNamesTheProgram"},
	{"a watch for oneself", "commands.TestAWatchForMeTellsMeAlone"},
	{"a question in a direct message", "commands.TestTheFirstHourIsAnswered"},
	{"the list of builds on a phone, in Chinese", "commands.TestBuildsFitAPhoneWhateverTheirNames, commands.TestTheFirstHourIsAnswered"},
	{"a credential that ends while tasks are watched", "bot/jobs/watch.TestAChannelHearsOnceThatItsTasksCannotBeReadAndOnceThatTheyCan, bot/jobs/watch.TestARefusedCredentialIsToldOnceInEachChannel"},
}

func TestEverythingOfTheFirstHourHasATest(t *testing.T) {
	assert.Len(t, firstHour, 28)
	for _, f := range firstHour {
		for test := range strings.SplitSeq(f.tests, ", ") {
			folder, name, _ := strings.Cut(test, ".")
			declared := regexp.MustCompile(`(?m)^func ` + name + `\(t \*testing\.T\)`)
			files, err := filepath.Glob(filepath.Join("..", "..", folder, "*_test.go"))
			require.NoError(t, err)
			found := false
			for _, file := range files {
				source, err := os.ReadFile(file)
				require.NoError(t, err)
				found = found || declared.Match(source)
			}
			assert.True(t, found, "%s: %s does not exist", f.met, test)
		}
	}
}
