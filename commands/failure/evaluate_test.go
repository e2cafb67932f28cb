package failure

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"logbot/commands/excerpt"
	"logbot/commands/redact"
	"logbot/commands/testlog"
)

// TestEvaluate prints how often two logs of one repository with the same cause have the
// same key, how often two with different causes have, and how often two logs of
// different repositories have; see the target verdict-eval. CORPUS names a folder of
// failing logs with labelled lines. Two logs have the same cause if their labelled lines
// are equal but for numbers, different causes if they share none; others do not count.
//
// Misses were looked at in one half of the repositories only, which a hash of their names
// chooses; the other half is what the key is judged by. VERDICT_SHOW=1 prints the misses
// of the first half; across repositories, of two of that half. VERDICT_FORM=codearts reads the logs in that form, VERDICT_FORM=end
// from their end. VERDICT_FOLDS names the folder of rankers that make excerpt-eval
// writes: each log is then read with one that was not learned from its repository.
func TestEvaluate(t *testing.T) {
	corpus := os.Getenv("CORPUS")
	if corpus == "" {
		t.Skip("CORPUS is not set; it names a folder of failing logs with labelled lines")
	}
	all := readLabelled(t, corpus)
	rankers := readRankers(t, os.Getenv("VERDICT_FOLDS"))
	var keying time.Duration
	for _, l := range all {
		found, tests := excerptOf(l.text, os.Getenv("VERDICT_FORM"), excerpt.Options{Ranker: rankers[l.id]})
		start := time.Now()
		l.failure = Of(&found, tests)
		keying += time.Since(start)
		l.reason = found.Reason.Text
	}
	rows := map[string]*score{}
	half := map[bool]*score{}
	for _, looked := range []bool{true, false} {
		half[looked] = &score{}
	}
	for i, a := range all {
		if rows[a.repository] == nil {
			rows[a.repository] = &score{name: a.repository, looked: lookedAt(a.repository)}
		}
		rows[a.repository].logs++
		if a.failure.Key != "" {
			rows[a.repository].keyed++
		}
		for _, b := range all[:i] {
			pairOf(a, b, rows)
		}
	}
	var names []string
	for name := range rows {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(half01(rows[a].looked), half01(rows[b].looked)), cmp.Compare(a, b))
	})
	var out strings.Builder
	fmt.Fprintf(&out, "\n%-42s %5s %5s %14s %14s %14s\n", "repository", "logs", "keys", "same joined", "other joined", "across joined")
	total := &score{name: "all"}
	for _, name := range names {
		r := rows[name]
		if r.same.of+r.other.of > 0 {
			fmt.Fprintln(&out, r)
		}
		half[r.looked].add(r)
		total.add(r)
	}
	half[true].name, half[false].name = "half that was looked at", "half that was not"
	for _, s := range []*score{half[true], half[false], total} {
		fmt.Fprintf(&out, "%s\n", s)
		fmt.Fprintf(&out, "%-42s %11s %14s %14s\n", "  mean over repositories", "", s.overRepositories(&s.samePer), s.overRepositories(&s.otherPer))
		fmt.Fprintf(&out, "%-42s %11s %14s %14s %14s\n", "  by the masked reason alone", "", s.was.same, s.was.other, s.was.across)
	}
	if os.Getenv("VERDICT_FORM") == "" {
		for _, form := range []string{"codearts", "end"} {
			var same share
			for _, l := range all {
				found, tests := excerptOf(l.text, form, excerpt.Options{Ranker: rankers[l.id]})
				same.count(Of(&found, tests).Key == l.failure.Key)
				if Of(&found, tests).Key != l.failure.Key && lookedAt(l.repository) && os.Getenv("VERDICT_SHOW") != "" {
					fmt.Printf("--- %s: %s\n    was    %s\n    now    %s\n", form, l.id, l.failure.Text, Of(&found, tests).Text)
				}
			}
			fmt.Fprintf(&out, "the same key in form %q: %s\n", form, same)
		}
	}
	fmt.Fprintf(&out, "a key takes %v on average\n", (keying / time.Duration(len(all))).Round(time.Microsecond))
	t.Log(out.String())
}

// labelledLog is a failing log and the lines in it that say why.
type labelledLog struct {
	id, repository, text string
	labels               []string

	failure Failure
	reason  string
}

func (l *labelledLog) sameCause(o *labelledLog) bool { return slices.Equal(l.labels, o.labels) }

func (l *labelledLog) otherCause(o *labelledLog) bool {
	return !slices.ContainsFunc(l.labels, func(s string) bool { return slices.Contains(o.labels, s) })
}

// share is how many of so many pairs have one key.
type share struct{ joined, of int }

func (s *share) count(joined bool) {
	s.of++
	if joined {
		s.joined++
	}
}

func (s *share) add(o share) { s.joined, s.of = s.joined+o.joined, s.of+o.of }

func (s share) part() float64 { return float64(s.joined) / float64(max(1, s.of)) }

func (s share) String() string {
	if s.of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f %d/%d", s.part(), s.joined, s.of)
}

type pairs struct{ same, other, across share }

// score counts the pairs of a repository, or of several.
type score struct {
	name   string
	looked bool
	logs   int
	keyed  int
	pairs
	was pairs // joined by the reason with its digits masked

	samePer, otherPer []float64 // parts by repository
}

func (s *score) String() string {
	return fmt.Sprintf("%-42s %5d %5d %14s %14s %14s", s.name, s.logs, s.keyed, s.same, s.other, s.across)
}

func (s *score) add(r *score) {
	s.logs, s.keyed = s.logs+r.logs, s.keyed+r.keyed
	for _, p := range []struct {
		to   *pairs
		from pairs
	}{{&s.pairs, r.pairs}, {&s.was, r.was}} {
		p.to.same.add(p.from.same)
		p.to.other.add(p.from.other)
		p.to.across.add(p.from.across)
	}
	if r.same.of > 0 {
		s.samePer = append(s.samePer, r.same.part())
	}
	if r.other.of > 0 {
		s.otherPer = append(s.otherPer, r.other.part())
	}
}

func (s *score) overRepositories(parts *[]float64) string {
	sum := 0.0
	for _, p := range *parts {
		sum += p
	}
	return fmt.Sprintf("%.3f of %d", sum/float64(max(1, len(*parts))), len(*parts))
}

// pairOf counts a pair of logs.
func pairOf(a, b *labelledLog, rows map[string]*score) {
	joined := a.failure.Key != "" && a.failure.Key == b.failure.Key
	was := a.reason != "" && masked(a.reason) == masked(b.reason)
	if a.repository != b.repository {
		for _, l := range []*labelledLog{a, b} { // each pair is one of both repositories
			rows[l.repository].across.count(joined)
			rows[l.repository].was.across.count(was)
		}
		if joined {
			show(a, b, "across")
		}
		return
	}
	r := rows[a.repository]
	switch {
	case a.sameCause(b):
		r.same.count(joined)
		r.was.same.count(was)
		if !joined {
			show(a, b, "same")
		}
	case a.otherCause(b):
		r.other.count(joined)
		r.was.other.count(was)
		if joined {
			show(a, b, "other")
		}
	}
}

// show prints a miss of the half that may be looked at.
func show(a, b *labelledLog, what string) {
	if os.Getenv("VERDICT_SHOW") == "" || !lookedAt(a.repository) || !lookedAt(b.repository) {
		return
	}
	fmt.Printf("--- %s: %s %s\n", what, a.id, b.id)
	for _, l := range []*labelledLog{a, b} {
		fmt.Printf("    label  %.300s\n    reason %.200s\n    key    %s %s\n", strings.Join(l.labels, " | "), l.reason, l.failure.Key, l.failure.Text)
	}
}

func half01(looked bool) int {
	if looked {
		return 0
	}
	return 1
}

// lookedAt says whether the misses of a repository may be looked at.
func lookedAt(repository string) bool {
	h := fnv.New32a()
	h.Write([]byte(repository))
	return h.Sum32()%2 == 0
}

var digits = regexp.MustCompile(`\d+`)

func masked(s string) string { return digits.ReplaceAllString(s, "#") }

// excerptOf is what the program finds in a log, in that form.
func excerptOf(text, form string, o excerpt.Options) (excerpt.Excerpt, []testlog.Test) {
	tests := testlog.New(nil)
	if form == "codearts" {
		text = inCodeArtsForm(text)
	}
	page, _ := redact.New().Page([]byte(text))
	if form != "end" {
		f := excerpt.New(o)
		f.Write(page)
		tests.Write(page)
		return f.Excerpt(), tests.Report().Tests
	}
	f := excerpt.FromEnd(o)
	for end, sure := len(page), false; end > 0 && !sure; {
		const lines = 1000
		from := end
		for n := 0; from > 0 && n <= lines; from-- {
			if page[from-1] == '\n' {
				n++
			}
		}
		if from > 0 {
			from += 2
		}
		sure = f.Prepend(page[from:end])
		if end = from; end == 0 {
			f.Started()
		}
	}
	tests.Write(f.Text())
	return f.Excerpt(), tests.Report().Tests
}

// inCodeArtsForm puts a log between lines of the platform.
func inCodeArtsForm(text string) string {
	const stamp = "[2026/11/30 14:23:32.169 GMT+08:00] "
	var b strings.Builder
	say := func(step string, lines ...string) {
		for _, l := range lines {
			b.WriteString(stamp + "[INFO] [" + step + "] : " + l + "\n")
		}
	}
	say("Code checkout:external_pre_checkout", "This action starts.", "Cloning into '/devcloud/slavespace/workspace'", "The action ends.")
	say("BUILD_PARALLEL:build", "This action starts.")
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(stamp + line + "\n")
	}
	say("BUILD_PARALLEL:build", "This action ends.", "The status of the action is FAILED.")
	say("BUILD_PARALLEL:external_post_build", "Start to upload the cache.", "Start to clean the workspace.", "The workspace is cleaned.", "This action ends.")
	return b.String()
}

// readLabelled reads the logs of which more than one may be of a repository.
func readLabelled(t *testing.T, corpus string) []*labelledLog {
	names, err := filepath.Glob(filepath.Join(corpus, "*", "*", "expect.json"))
	require.NoError(t, err)
	require.NotEmpty(t, names, "no labelled logs in %s", corpus)
	var all []*labelledLog
	for _, name := range names {
		var e struct {
			ID, Source, Origin string
			Want               [][2]int
		}
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &e))
		text, err := os.ReadFile(filepath.Join(filepath.Dir(name), "log.txt"))
		require.NoError(t, err)
		l := &labelledLog{id: e.ID, repository: repositoryOf(e.ID, e.Source, e.Origin), text: strings.ToValidUTF8(string(text), "\ufffd")}
		lines := strings.Split(l.text, "\n") // labels count lone carriage returns as part of a line
		for _, r := range e.Want {
			for i := r[0]; i <= r[1]; i++ {
				if i > 0 && i <= len(lines) {
					if label := masked(strings.Join(strings.Fields(excerpt.Plain([]byte(lines[i-1]))), " ")); informative(label) {
						l.labels = append(l.labels, label)
					}
				}
			}
		}
		if len(l.labels) > 0 {
			all = append(all, l)
		}
	}
	return all
}

// readRankers returns by log the ranker that has not seen it; none if there is no folder.
func readRankers(t *testing.T, folder string) map[string]*excerpt.Ranker {
	rankers := map[string]*excerpt.Ranker{}
	if folder == "" {
		return rankers
	}
	read := func(name string, into any) {
		data, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, into))
	}
	var folds map[string]int
	read("folds.json", &folds)
	of := map[int]*excerpt.Ranker{}
	for id, fold := range folds {
		if of[fold] == nil {
			var numbers []int16
			read(fmt.Sprintf("%d.json", fold), &numbers)
			var err error
			of[fold], err = excerpt.ParseRanker(numbers)
			require.NoError(t, err)
		}
		rankers[id] = of[fold]
	}
	return rankers
}

func repositoryOf(id, source, origin string) string {
	switch source {
	case "logchunks":
		parts := strings.SplitN(origin, "/", 3)
		return strings.Join(parts[:min(2, len(parts))], "/")
	case "cidiff":
		return strings.TrimRight(id, "-_0123456789")
	}
	return id
}

// informative says whether a line has four letters or digits.
func informative(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || r == '#' {
			n++
		}
	}
	return n >= 4
}
