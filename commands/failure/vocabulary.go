package failure

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed words.txt
var wordsText string

// vocabulary is words.txt.
type vocabulary struct {
	units, calendar, instances, coded, phrases, domains, system, sources map[string]bool

	workspaces [][]string // folders from the root on
}

var known = sync.OnceValue(func() *vocabulary {
	kinds := map[string]map[string]bool{}
	v := &vocabulary{}
	for line := range strings.Lines(wordsText) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
			continue
		case words[0] == "workspaces":
			for _, w := range words[1:] {
				v.workspaces = append(v.workspaces, strings.Split(w, "/"))
			}
			continue
		case kinds[words[0]] == nil:
			kinds[words[0]] = map[string]bool{}
		}
		for _, w := range words[1:] {
			kinds[words[0]][w] = true
		}
	}
	v.units, v.calendar, v.instances, v.coded, v.phrases = kinds["units"], kinds["calendar"], kinds["instances"], kinds["coded"], kinds["phrases"]
	v.domains, v.system, v.sources = kinds["domains"], kinds["system"], kinds["sources"]
	return v
})
