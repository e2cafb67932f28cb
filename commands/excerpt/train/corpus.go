package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// folds is how many parts the logs are cut into.
const folds = 5

// labelled is a failing log whose telling lines somebody marked.
type labelled struct {
	ID        string   `json:"id"`
	Source    string   `json:"source"`
	Origin    string   `json:"origin"`
	Toolchain string   `json:"toolchain"`
	Want      [][2]int `json:"want"`
	Context   [][2]int `json:"context"`
	Key       []int    `json:"key"`

	group string // its repository, or its tool where the log was made for the corpus
	fold  int
	text  string
	*answer
}

// readCorpus reads every folder below root that holds log.txt and expect.json.
// Logs without a labelled line are left out.
func readCorpus(root string) ([]*labelled, error) {
	var all []*labelled
	names, err := filepath.Glob(filepath.Join(root, "*", "*", "expect.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		l := &labelled{}
		if err := json.Unmarshal(data, l); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		text, err := os.ReadFile(filepath.Join(filepath.Dir(name), "log.txt"))
		if err != nil {
			return nil, err
		}
		l.text = strings.ToValidUTF8(string(text), "\ufffd")
		if l.answer = newAnswer(l); len(l.want.all) == 0 {
			continue
		}
		l.group = groupOf(l)
		all = append(all, l)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no labelled logs in %s", root)
	}
	assign(all)
	return all, nil
}

// groupOf is what may not stand on both sides of a fold.
func groupOf(l *labelled) string {
	switch l.Source {
	case "logchunks":
		parts := strings.SplitN(l.Origin, "/", 3)
		return strings.Join(parts[:min(2, len(parts))], "/")
	case "cidiff":
		return strings.TrimRight(l.ID, "-_0123456789")
	case "produced", "codearts", "public-rewritten":
		return "tool " + l.Toolchain
	}
	return l.ID
}

// assign gives each group a fold; each fold gets as many logs of each source as
// groups allow. Groups are taken in the order of a hash of their names.
func assign(all []*labelled) {
	groups := map[string][]*labelled{}
	for _, l := range all {
		groups[l.group] = append(groups[l.group], l)
	}
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(hash(a), hash(b)), cmp.Compare(a, b)) })
	size := map[string]*[folds]int{}
	for _, name := range names {
		source := groups[name][0].Source
		if size[source] == nil {
			size[source] = &[folds]int{}
		}
		least := 0
		for i, n := range size[source] {
			if n < size[source][least] {
				least = i
			}
		}
		size[source][least] += len(groups[name])
		for _, l := range groups[name] {
			l.fold = least
		}
	}
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

// wrapped is the log in the CodeArts form: what tools print between lines of the
// platform, with a checkout before and post actions after.
func wrapped(text string) string {
	var b strings.Builder
	stamp := func() {
		b.WriteString("[2025/06/26 14:23:32.169 GMT+08:00] ")
	}
	say := func(step string, lines ...string) {
		for _, l := range lines {
			stamp()
			b.WriteString("[INFO] [" + step + "] : " + l + "\n")
		}
	}
	say("Code checkout:external_pre_checkout", "This action starts.", "Start to check out the code.", "Cloning into '/devcloud/slavespace/workspace'", "HEAD is now at 1f0c2d9", "The action ends.")
	say("BUILD_PARALLEL:build", "This action starts.")
	for line := range strings.SplitSeq(text, "\n") {
		stamp()
		b.WriteString(line + "\n")
	}
	say("BUILD_PARALLEL:build", "This action ends.", "The status of the action is FAILED.")
	for i := range 12 {
		say("BUILD_PARALLEL:post_build", fmt.Sprintf("collecting build information, part %d", i))
	}
	say("BUILD_PARALLEL:external_post_build", "Start to upload the cache.", "No cache directory is configured, skip.", "Start to clean the workspace.", "The workspace is cleaned.", "This action ends.")
	say("BUILD_PARALLEL:notify", "Notification is not configured, skip.", "Build finished. errors: 0 in post actions")
	return b.String()
}
