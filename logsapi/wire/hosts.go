package wire

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Service is one of the two services that publish log endpoints.
type Service int

const (
	BuildService Service = iota
	CheckService
)

// services are what is known of each Service: the regions are those in which the
// vendor's SDK (v0.1.207) knows it. Regions come and go, so they decide nothing;
// they only make a hint more precise.
var services = [...]struct {
	name, host string
	regions    []string
}{
	BuildService: {"CodeArts Build", "cloudbuild-ext", []string{
		"cn-north-1", "cn-north-4", "cn-east-2", "cn-east-3", "cn-south-1", "cn-south-2", "cn-southwest-2",
		"ap-southeast-3", "sa-brazil-1", "la-north-2", "la-south-2", "tr-west-1",
	}},
	CheckService: {"CodeArts Check", "codearts-check", []string{
		"cn-north-1", "cn-north-4", "cn-east-2", "cn-east-3", "cn-south-1",
		"ap-southeast-3", "sa-brazil-1", "la-north-2",
	}},
}

func (s Service) String() string { return services[s].name }

// address is the service's address in region, whether it is known there or not.
func (s Service) address(region string) string {
	return "https://" + services[s].host + "." + region + ".myhuaweicloud.com"
}

// addresses are where the services are.
type addresses struct {
	region   string                     // may be empty
	services [CheckService + 1]*url.URL // nil is not configured
	iam      []*url.URL                 // a further one for when the one before cannot be reached
}

// newAddresses returns the addresses that are configured, else those of the region.
func newAddresses(region, build, check string) (*addresses, error) {
	if region != "" && !regionName(region) {
		return nil, fmt.Errorf("region %.64q: want a region id such as cn-north-4", region)
	}
	if region == "" && build == "" && check == "" {
		return nil, errors.New("region: want a region id such as cn-north-4, or the URL of a service")
	}
	a := &addresses{region: region}
	for s, own := range []string{BuildService: build, CheckService: check} {
		if own == "" && region != "" {
			own = Service(s).address(region)
		}
		if own == "" {
			continue
		}
		u, err := baseURL(own)
		if err != nil {
			return nil, fmt.Errorf("URL of %s: %w", Service(s), err)
		}
		a.services[s] = u
	}
	return a, nil
}

// setIAM sets the addresses that tokens for a project are asked for at.
func (a *addresses) setIAM(own, project string) error {
	hosts := []string{own}
	switch {
	case own == "" && a.region == "":
		return errors.New("URL of IAM: a user needs it, or a region")
	case project == "" && a.region == "":
		return errors.New("project: a user needs it, or a region")
	case own == "":
		hosts = []string{"https://iam." + a.region + ".myhuaweicloud.com", "https://iam.myhuaweicloud.com"} // the region's, and the central one
	}
	for _, host := range hosts {
		address, err := baseURL(host)
		if err != nil {
			return fmt.Errorf("URL of IAM: %w", err)
		}
		a.iam = append(a.iam, address)
	}
	return nil
}

// String names the region, or else the hosts.
func (a *addresses) String() string {
	if a.region != "" {
		return a.region
	}
	var hosts []string
	for _, u := range a.services {
		if u != nil {
			hosts = append(hosts, u.Host)
		}
	}
	return strings.Join(hosts, " and ")
}

// elsewhere says what may be wrong with the address of a missing endpoint.
func (a *addresses) elsewhere(u *url.URL) string {
	for _, s := range []Service{BuildService, CheckService} {
		if u.Scheme+"://"+u.Host != s.address(a.region) {
			continue
		}
		if !slices.Contains(services[s].regions, a.region) {
			return fmt.Sprintf("%s is not known to exist in region %s; check the region", s, a.region)
		}
		return fmt.Sprintf("region %s may not have this endpoint", a.region)
	}
	return "check the address of the service"
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
