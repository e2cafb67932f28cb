package excerpt

import (
	"fmt"
	"strings"

	"logbot/commands/excerpt/trees"
)

// featureNames are what --explain calls the features before the words.
var featureNames = [featWords]string{
	featValue: "value by rules", featWorth: "worth by rules and place", featWorthOfBest: "worth beside the best", featWorthRank: "rank by worth",
	featRole: "role of its rule", featWeight: "weight of its rule", featOwn: "matched itself", featRarity: "rarity of its rule", featHits: "matches of its rule",
	featEarly: "among the first", featClosing: "says that the step failed", featEcho: "a command", featFirst: "begins a step", featPlatform: "CodeArts speaks",
	featNoise: "noise", featKnown: "in the green log", featBlockRule: "size of its rule's block",
	featShare: "share of its step", featState: "state of its step", featMainEvidence: "evidence in the failing step", featEvidence: "evidence in its step",
	featStepAfter: "steps from the failing one", featRank: "lines to the step's end", featToStepEnd: "distance to the step's end", featToLogEnd: "distance to the log's end",
	featGapAbove: "gap above", featGapBelow: "gap below", featCausesAbove: "causes above", featCausesBelow: "causes below",
	featCauseNearAbove: "distance to a cause above", featCauseNearBelow: "distance to a cause below", featBestAbove: "value beside the best above", featBestBelow: "value beside the best below",
	featMaxAbove3: "value of 3 lines above", featMaxBelow3: "value of 3 lines below", featSum12: "value of lines around", featDense: "lines around", featAlike: "lines alike",
	featRunLength: "length of its block", featRunPlace: "place in its block", featRunBest: "value beside the best of its block",
	featLength: "length", featIndent: "indent", featIndentAbove: "indent beside the line above", featIndentBelow: "indent of the line below", featFields: "words in it",
	featDigits: "share of digits", featSigns: "share of signs", featUpper: "share of capitals", featPosition: "names file and line", featColon: "ends in a colon",
	featPeriod: "ends in a full stop", featQuoted: "quotes something", featFrame: "frame of a trace", featLibrary: "frame of a library", featBullet: "begins with a sign",
	featLevel: "begins with a level", featName: "begins with a name", featPair: "name and value", featCommand: "looks like a command", featLink: "has a link",
	featSentence: "begins with a capital", featNumbered: "begins with a number", featDots: "has dots", featColonAbove: "a colon ends the line above",
	featPositionAbove: "file and line above", featPositionBelow: "file and line below", featFrameBelow: "a trace below", featLaterTokens: "names that come again",
	featEarlierTokens: "names that came before", featFailNear: "failures around", featExitBelow: "the end of a process below", featTokens: "names in it",
	featPassed: "tells of a success", featSpecific: "says what", featSpecificAbove: "lines above that say what", featSpecificBelow: "lines below that say what",
	featSpecificGapAbove: "distance to what above", featSpecificGapBelow: "distance to what below", featSpecificBestAbove: "worth beside what above",
	featSpecificBestBelow: "worth beside what below", featSameRuleAbove: "same rule above", featSameRuleGap: "distance to the same rule",
}

// featureName is what a feature is called.
func featureName(feature int) string {
	if feature < featWords {
		return featureNames[feature]
	}
	class := (feature - featWords) % classCount
	name := fmt.Sprintf("words like %q", strings.Fields(wordList[class].words)[0])
	switch (feature - featWords) / classCount {
	case 1:
		name += " above"
	case 2:
		name += " below"
	}
	return name
}

// mostEffects is how many features are named for a line.
const mostEffects = 4

// because names the features that decided on a row, with their log-odds.
func because(f trees.Forest, row []int16) string {
	var all []string
	for _, e := range f.Explain(row) {
		if len(all) == mostEffects {
			break
		}
		all = append(all, fmt.Sprintf("%s %+.1f", featureName(e.Feature), float64(e.By)/trees.Unit))
	}
	return strings.Join(all, ", ")
}
