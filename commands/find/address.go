package find

import (
	"net/url"
	"slices"
	"strings"

	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
)

// pageKind is what an address of CodeArts shows.
type pageKind int

const (
	noPage pageKind = iota
	buildPage
	checkPage
	pipelinePage
)

// page is what the address of a CodeArts page, or of its API, tells.
type page struct {
	kind    pageKind
	project string // id of the CodeArts project
	id      string // of the task, check task or pipeline
	link    string // the address, which is on the host of the console; empty unless it may be linked
	region  string // such as cn-north-4; empty if the address does not name it

	// Of a build; zero if the address does not name it.
	build  int64
	daily  string // its number of that day, as the console shows it
	record string

	// Of a check task or a pipeline; empty if the address does not name it.
	run string
}

// The parts of an address that show its pages, and the beginnings of the hosts of
// the APIs. All are of addresses that people published.
var (
	pageMarks = map[string]pageKind{
		"build": buildPage, "builds": buildPage, "codeci": buildPage, "cloudbuild": buildPage, "job": buildPage,
		"codecheck": checkPage, "check": checkPage,
		"pipeline": pipelinePage, "pipelines": pipelinePage, "pipeline-runs": pipelinePage,
	}
	apiMarks = map[string]pageKind{
		"cloudbuild": buildPage, "codearts-build": buildPage,
		"codecheck": checkPage, "codearts-check": checkPage,
		"cloudpipeline": pipelinePage, "codearts-pipeline": pipelinePage,
	}
	// consoleDomains are those of CodeArts: China and the world, and Europe. Some
	// hosts have a twin that ends in .cn.
	consoleDomains = []string{"huaweicloud.com", "myhuaweicloud.com", "huaweicloud.eu", "myhuaweicloud.eu", "huaweicloud.cn", "myhuaweicloud.cn"}
	// dailyNumber is a build of a day as the console numbers it: 20261128.3.
	dailyNumber = lazyregexp.New(`^20[0-9]{6}\.[0-9]{1,4}$`)
	// regionName is a region as Huawei Cloud names them: cn-north-4, ap-southeast-3.
	regionName = lazyregexp.New(`^[a-z]{2}-[a-z]+(-[a-z]+)?-[0-9]{1,3}$`)
)

// isConsole reports whether a host is one of CodeArts, or of those that the
// configuration names.
func isConsole(host string, own []string) bool {
	return slices.Contains(own, host) ||
		slices.ContainsFunc(consoleDomains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

// addressOf returns the address that a word is; ok is false if it is none. That of a
// page may lack its scheme, as some browsers copy it.
func (k *kind) addressOf(word string) (address string, ok bool) {
	host, _, isPath := strings.Cut(word, "/")
	if isPath && isConsole(strings.ToLower(host), k.hosts) {
		return "https://" + word, true
	}
	return word, strings.Contains(word, "://")
}

// readAddress reads a pasted address; own are hosts besides those of the public
// CodeArts, console is the origin of the pages that may be linked. Anybody can rent a
// name under the domains of the public cloud, so no other host is linked. Of these
// addresses only a few are documented, so what is unknown in them is passed over.
func readAddress(address string, own []string, console string) page {
	u, err := url.Parse(address)
	if err != nil || !isConsole(strings.ToLower(u.Hostname()), own) {
		return page{}
	}
	var p page
	parts := addressParts(u)
	at := -1
	host, _, _ := strings.Cut(strings.ToLower(u.Hostname()), ".")
	for mark, kind := range apiMarks {
		if host == mark || host == mark+"-ext" {
			p.kind, at = kind, 0
		}
	}
	for i, part := range parts {
		if kind, ok := pageMarks[strings.ToLower(part)]; ok && at < 0 {
			p.kind, at = kind, i
		}
	}
	if at < 0 {
		return page{}
	}
	p.region = regionOf(u)
	if console != "" && strings.ToLower(u.Scheme+"://"+u.Host) == console && u.User == nil {
		p.link = u.String()
	}
	switch p.kind {
	case buildPage:
		p.readBuild(parts, at)
	case checkPage:
		p.readCheck(parts, at)
	case pipelinePage:
		p.readPipeline(parts, at)
	}
	return p
}

// regionOf is the region that an address names as a part of its host, or as some
// consoles do it behind the host; empty if it names none.
func regionOf(u *url.URL) string {
	for _, label := range strings.Split(strings.ToLower(u.Hostname()), ".") {
		if regionName.MatchString(label) {
			return label
		}
	}
	if region := strings.ToLower(u.Query().Get("region")); regionName.MatchString(region) {
		return region
	}
	return ""
}

// addressParts are the segments, names and values of an address in their order.
func addressParts(u *url.URL) []string {
	text := u.Path + "/" + u.RawQuery + "/" + u.Fragment
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/?&=#", r) })
}

// before is the plain name of what stands before a part, such as jobid.
func before(parts []string, i int) string {
	if i == 0 {
		return ""
	}
	return plainName(parts[i-1])
}

func plainName(part string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(part))
}

// isProject reports whether the id at i is a project's: it stands behind that word
// or, in an API, before a list of what the project has.
func isProject(parts []string, i int) bool {
	switch before(parts, i) {
	case "project", "projects", "projectid":
		return true
	case "v2", "v3", "v5":
		return i+1 < len(parts) && slices.Contains([]string{"jobs", "tasks", "api"}, strings.ToLower(parts[i+1]))
	case "job":
		return i+1 < len(parts) && strings.EqualFold(parts[i+1], "list")
	}
	return false
}

// readBuild takes the first id behind the mark for the task, unless another is
// called one. What stands behind it is the build, by any of its numbers.
func (p *page) readBuild(parts []string, at int) {
	task := -1
	for i, part := range parts {
		switch {
		case !logsapi.IsTaskID(part):
		case isProject(parts, i):
			p.project = part
		case before(parts, i) == "jobid":
			task = i
		case i >= at && task < 0:
			task = i
		}
	}
	for i, part := range parts {
		if lower := strings.ToLower(part); i > task && logsapi.IsRecordID(lower) && strings.Contains(part, "-") && p.record == "" {
			p.record = lower
		}
	}
	if task < 0 {
		return
	}
	p.id = parts[task]
	for i, part := range parts {
		named := slices.Contains([]string{"buildno", "buildnumber", "buildnum"}, before(parts, i))
		switch {
		case p.build > 0 || p.daily != "":
		case (named || i == task+1) && buildNumber(part) > 0:
			p.build = buildNumber(part)
		case i > task && dailyNumber.MatchString(part):
			p.daily = part
		}
	}
}

// readCheck takes the id that is called a task's, else the first behind the mark.
func (p *page) readCheck(parts []string, at int) {
	task := -1
	for i, part := range parts {
		switch {
		case !logsapi.IsCheckID(part):
		case isProject(parts, i):
			p.project = part
		case before(parts, i) == "jobid", before(parts, i) == "subjobid": // the API of its log
			p.run = part
		case slices.Contains([]string{"task", "tasks", "taskid"}, before(parts, i)):
			task = i
		case i >= at && task < 0:
			task = i
		}
	}
	if task < 0 {
		return
	}
	p.id = parts[task]
	if task+1 < len(parts) && logsapi.IsCheckID(parts[task+1]) {
		p.run = parts[task+1]
	}
}

// readPipeline takes the first id behind the mark for the pipeline, and the second
// for its run, unless one is called the run.
func (p *page) readPipeline(parts []string, at int) {
	for i, part := range parts {
		switch {
		case !logsapi.IsTaskID(part):
		case isProject(parts, i):
			p.project = part
		case before(parts, i) == "pipelinerunid", before(parts, i) == "pipelineruns":
			p.run = part
		case i < at:
		case p.id == "":
			p.id = part
		case p.run == "":
			p.run = part
		}
	}
	if p.run == "" && slices.ContainsFunc(parts[at:], func(part string) bool { return hexWord.MatchString(part) && !logsapi.IsTaskID(part) }) {
		p.id = "" // a run of which a digit is missing is not the latest
	}
}

// pageAt reads the address of a page of this kind. says is why it is not one.
func (k *kind) pageAt(address string) (p page, says texts.Phrase) {
	if u, err := url.Parse(address); err != nil || u.Host == "" {
		return page{}, texts.NoAddress.With(texts.Quote(address))
	}
	p = readAddress(address, k.hosts, k.console)
	switch {
	case p.kind == noPage:
		return page{}, texts.NotCodeArts.With(texts.Quote(address), k.noun)
	case p.region != "" && k.region != "" && p.region != k.region:
		return page{}, texts.OtherRegion.With(p.region, k.region)
	case p.kind != k.page:
		return p, says
	case k.check && p.id == "" && p.run != "":
		return p, says
	case k.page == buildPage && p.id == "" && p.record != "":
		return page{}, texts.RecordNoTask.With(p.record)
	case p.id == "":
		return page{}, texts.NoIDInside.With(texts.Quote(address), k.noun)
	}
	return p, says
}
