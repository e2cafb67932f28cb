// Package commits names what a task may have been broken by: the commits of its builds
// after the last one that succeeded, up to the first one that failed. It computes only.
//
// The list of builds knows the commit at which each build was made, and who started it;
// commits that no build was made of are not known, and a merge is one commit. So it never
// says that these are all.
package commits

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"logbot/logsapi"
)

// leastCommit is the length from which on a commit names one.
const leastCommit = 7

// Commit is the commit of a build.
type Commit struct {
	ID      string
	Who     string // who started the first build of it; empty if unknown
	Message string // first line; empty if unknown
	Build   int64  // the first of it
}

// Range is what lies between the last build of a branch that succeeded and the first one
// after it that failed.
type Range struct {
	Green, Red int64    // the builds
	From       string   // the commit of Green
	Commits    []Commit // after From, up to that of Red, the oldest build first, each once
	// Unknown counts the builds in between whose commit is not known.
	Unknown int
}

// Same reports whether the builds are of one commit, so that none lies between.
func (r Range) Same() bool { return len(r.Commits) == 0 && r.Unknown == 0 }

// Between finds the range before a failed build. builds are the newest builds of its task,
// in any order and without a gap; those of other branches are left out. It is false if
// they do not tell: if they do not reach back to a success of the branch, or the branch or
// the commit of either end is unknown.
func Between(builds []logsapi.Build, failed int64) (Range, bool) {
	builds = slices.Clone(builds)
	slices.SortFunc(builds, func(a, b logsapi.Build) int { return cmp.Compare(b.Number, a.Number) })
	i := slices.IndexFunc(builds, func(b logsapi.Build) bool { return b.Number == failed })
	if i < 0 || builds[i].Branch == "" || !isFailure(builds[i].State) {
		return Range{}, false
	}
	branch := builds[i].Branch
	green, red := -1, i
	for j := i + 1; j < len(builds) && green < 0; j++ {
		b := builds[j]
		switch {
		case b.Branch == "" && b.State.Finished():
			return Range{}, false // it may be of this branch
		case b.Branch != branch:
		case b.State == logsapi.Succeeded:
			green = j
		case isFailure(b.State):
			red = j
		}
	}
	if green < 0 || !isCommit(builds[green].Commit) || !isCommit(builds[red].Commit) {
		return Range{}, false
	}
	r := Range{Green: builds[green].Number, Red: builds[red].Number, From: builds[green].Commit}
	for j := green - 1; j >= red; j-- {
		b := builds[j]
		switch {
		case b.Branch != branch:
		case !isCommit(b.Commit):
			r.Unknown++
		case !same(b.Commit, r.From) && !slices.ContainsFunc(r.Commits, func(c Commit) bool { return same(c.ID, b.Commit) }):
			message, _, _ := strings.Cut(strings.TrimSpace(b.Message), "\n")
			r.Commits = append(r.Commits, Commit{b.Commit, b.Who, strings.TrimSpace(message), b.Number})
		}
	}
	return r, true
}

// isFailure reports whether a build says that its commit does not work. One that was
// stopped, or not begun, says nothing of it.
func isFailure(s logsapi.State) bool { return s == logsapi.Failed || s == logsapi.TimedOut }

func isCommit(id string) bool { return len(id) >= leastCommit }

// same reports whether two commits are one, also if either is shortened.
func same(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

// Compare is the address of the page that compares two commits of a repository; empty if
// its form is not known. It is of GitHub and Gitee, and of GitLab at gitlab.com. CodeArts
// Repo has such a page, but its address is documented nowhere.
func Compare(repository, from, to string) string {
	u, err := url.Parse(strings.TrimSuffix(strings.TrimSuffix(repository, "/"), ".git"))
	if err != nil || u.Scheme != "https" || !isHex(from) || !isHex(to) || strings.Count(strings.Trim(u.Path, "/"), "/") < 1 {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	switch strings.ToLower(u.Host) {
	case "github.com", "gitee.com":
		return u.JoinPath("compare", from+"..."+to).String()
	case "gitlab.com":
		return u.JoinPath("-", "compare", from+"..."+to).String()
	}
	return ""
}

func isHex(commit string) bool {
	return isCommit(commit) && strings.Trim(strings.ToLower(commit), "0123456789abcdef") == ""
}
