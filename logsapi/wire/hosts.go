package wire

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
)

// Service is one of the services that this package speaks to.
type Service int

const (
	BuildService Service = iota
	CheckService
	PipelineService
	serviceCount
)

// services are what is known of each Service: its addresses, tried in turn, and the
// regions in which the vendor's SDK (v0.1.207) knows it. Regions come and go, so
// they decide nothing; they only make a hint more precise.
var services = [serviceCount]struct {
	name    string
	short   string // for an Observer
	hosts   []string
	regions []string
}{
	BuildService: {"CodeArts Build", "build", []string{"https://cloudbuild-ext.{region}.{domain}"}, []string{
		"cn-north-1", "cn-north-4", "cn-east-2", "cn-east-3", "cn-south-1", "cn-south-2", "cn-southwest-2",
		"ap-southeast-3", "sa-brazil-1", "la-north-2", "la-south-2", "tr-west-1", "eu-west-101",
	}},
	// The second is the older one, which public clients still use.
	CheckService: {"CodeArts Check", "check", []string{"https://codearts-check.{region}.{domain}", "https://codecheck-ext.{region}.{domain}"}, []string{
		"cn-north-1", "cn-north-4", "cn-east-2", "cn-east-3", "cn-south-1",
		"ap-southeast-3", "sa-brazil-1", "la-north-2", "eu-west-101",
	}},
	PipelineService: {"CodeArts Pipeline", "pipeline", []string{"https://cloudpipeline-ext.{region}.{domain}"}, []string{
		"cn-north-1", "cn-north-4", "cn-east-2", "cn-east-3", "cn-south-1", "cn-southwest-2",
		"ap-southeast-3", "sa-brazil-1", "la-north-2", "eu-west-101",
	}},
}

// iamHosts are those that issue tokens: the region's, and the central one.
var iamHosts = []string{"https://iam.{region}.{domain}", "https://iam.{domain}"}

// domains are those of regions outside the common one.
var domains = map[string]string{"eu-west-101": "myhuaweicloud.eu"}

// defaultDomain is the domain of all other regions.
const defaultDomain = "myhuaweicloud.com"

func (s Service) String() string { return services[s].name }

// inRegion fills a region into the pattern of an address.
func inRegion(pattern, region string) string {
	domain := domains[region]
	if domain == "" {
		domain = defaultDomain
	}
	return strings.NewReplacer("{region}", region, "{domain}", domain).Replace(pattern)
}

// hosts are the addresses of one service.
type hosts struct {
	all      []*url.URL
	ofRegion bool         // they are those of the region, not configured
	last     atomic.Int32 // the one that answered last
}

// order is the addresses, the one that answered last first.
func (h *hosts) order() []int {
	first := int(h.last.Load())
	order := []int{first}
	for i := range h.all {
		if i != first {
			order = append(order, i)
		}
	}
	return order
}

// addresses are where the services are.
type addresses struct {
	region   string // may be empty
	services [serviceCount]*hosts
	iam      []*url.URL // a further one for when the one before cannot be reached
}

// newAddresses returns the addresses that are configured, else those of the region.
// In both {region} and {domain} are filled in.
func newAddresses(region string, own [serviceCount]string) (*addresses, error) {
	if region != "" && !regionName(region) {
		return nil, fmt.Errorf("region %.64q: want a region id such as cn-north-4", region)
	}
	if region == "" && own[BuildService] == "" && own[CheckService] == "" {
		return nil, errors.New("region: want a region id such as cn-north-4, or the URL of a service")
	}
	a := &addresses{region: region}
	for s := range serviceCount {
		patterns := []string{own[s]}
		if own[s] == "" {
			patterns = services[s].hosts
		}
		h := &hosts{ofRegion: own[s] == ""}
		for _, pattern := range patterns {
			if region == "" && (h.ofRegion || strings.Contains(pattern, "{region}")) {
				continue
			}
			u, err := baseURL(inRegion(pattern, region))
			if err != nil {
				return nil, fmt.Errorf("URL of %s: %w", s, err)
			}
			h.all = append(h.all, u)
		}
		if len(h.all) > 0 {
			a.services[s] = h
		}
	}
	return a, nil
}

// setIAM sets the addresses that tokens for a project are asked for at.
func (a *addresses) setIAM(own, project string) error {
	patterns := []string{own}
	switch {
	case own == "" && a.region == "":
		return errors.New("URL of IAM: a user needs it, or a region")
	case project == "" && a.region == "":
		return errors.New("project: a user needs it, or a region")
	case own == "":
		patterns = iamHosts
	}
	for _, pattern := range patterns {
		address, err := baseURL(inRegion(pattern, a.region))
		if err != nil {
			return fmt.Errorf("URL of IAM: %w", err)
		}
		a.iam = append(a.iam, address)
	}
	return nil
}

// refuseInClear returns an error that names an address to which the credential would
// go in clear.
func (a *addresses) refuseInClear() error {
	all := slices.Clone(a.iam)
	for _, h := range a.services {
		if h != nil {
			all = append(all, h.all...)
		}
	}
	for _, u := range all {
		if inClear(u) {
			return fmt.Errorf("%s is plain HTTP, over which the credential could be read on its way; want https, or allow it", u.Host)
		}
	}
	return nil
}

// String names the region, or else the hosts.
func (a *addresses) String() string {
	if a.region != "" {
		return a.region
	}
	var names []string
	for _, h := range a.services {
		if h != nil {
			names = append(names, h.all[0].Host)
		}
	}
	return strings.Join(names, " and ")
}

// names are the hosts of all services, each once.
func (a *addresses) names() []string {
	var all []string
	for _, h := range a.services {
		if h == nil {
			continue
		}
		for _, u := range h.all {
			if !slices.Contains(all, u.Host) {
				all = append(all, u.Host)
			}
		}
	}
	return all
}

// ofRegion is the service whose address in the region has that host; ok is false if
// none has.
func (a *addresses) ofRegion(host string) (s Service, ok bool) {
	for s, h := range a.services {
		if h != nil && h.ofRegion && slices.ContainsFunc(h.all, func(u *url.URL) bool { return u.Host == host }) {
			return Service(s), true
		}
	}
	return 0, false
}

// elsewhere says what may be wrong with the address of a missing endpoint.
func (a *addresses) elsewhere(u *url.URL) string {
	s, ok := a.ofRegion(u.Host)
	switch {
	case !ok:
		return "check the address of the service"
	case !slices.Contains(services[s].regions, a.region):
		return fmt.Sprintf("%s is not known to exist in region %s; check the region", s, a.region)
	}
	return fmt.Sprintf("region %s may not have this endpoint", a.region)
}

// unresolved says what may be wrong with a host that has no address.
func (a *addresses) unresolved(host string) string {
	s, ok := a.ofRegion(host)
	switch {
	case !ok:
		return "check the address of the service"
	case slices.Contains(services[s].regions, a.region):
		return "check the network and its name server"
	}
	known := strings.Join(services[s].regions, ", ")
	if near := nearest(a.region, services[s].regions); near != "" {
		return fmt.Sprintf("region %s is not known, did you mean %s? Known are %s", a.region, near, known)
	}
	return fmt.Sprintf("region %s is not known; known are %s", a.region, known)
}

// nearest is the word that differs from s in two characters at most and less than
// all others; empty if there is none.
func nearest(s string, words []string) string {
	found, least := "", 3
	for _, w := range words {
		switch d := distance(s, w); {
		case d < least:
			found, least = w, d
		case d == least:
			found = "" // two are as near
		}
	}
	return found
}

// distance is how many characters must be put in, left out or replaced to get b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}

// regionName reports whether s may stand in a host name as a region.
func regionName(s string) bool {
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// baseURL reads the address of a service. Errors do not repeat it: it may hold
// a password.
func baseURL(s string) (*url.URL, error) {
	const want = "want a base URL such as https://cloudbuild-ext.cn-north-4.myhuaweicloud.com"
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, fmt.Errorf("it is not a URL; %s", want)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("it does not begin with https:// or http:// and a host; %s", want)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, fmt.Errorf("it holds a user, a query or a fragment; %s", want)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// Regions are the regions in which one of the services is known, in alphabetical
// order.
func Regions() []string {
	var all []string
	for _, s := range services {
		all = append(all, s.regions...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
