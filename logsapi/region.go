package logsapi

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The regions in which the vendor's SDK (v0.1.207) knows the two services.
var (
	buildRegions = []string{
		"cn-north-1", "cn-north-4", "cn-east-2", "cn-east-3", "cn-south-1", "cn-south-2", "cn-southwest-2",
		"ap-southeast-3", "sa-brazil-1", "la-north-2", "la-south-2", "tr-west-1",
	}
	checkRegions = []string{
		"cn-north-1", "cn-north-4", "cn-east-2", "cn-east-3", "cn-south-1",
		"ap-southeast-3", "sa-brazil-1", "la-north-2",
	}
)

// known reports whether the service is known to exist in region. Regions come
// and go, so this decides nothing; it only makes a hint more precise.
func (s service) known(region string) bool {
	if s == checkService {
		return slices.Contains(checkRegions, region)
	}
	return slices.Contains(buildRegions, region)
}

// host is the service's address in region, whether known there or not.
func (s service) host(region string) string {
	if s == checkService {
		return "https://codearts-check." + region + ".myhuaweicloud.com"
	}
	return "https://cloudbuild-ext." + region + ".myhuaweicloud.com"
}

// iamHosts are the addresses of IAM: the region's, and the central one.
func iamHosts(region string) []string {
	return []string{"https://iam." + region + ".myhuaweicloud.com", "https://iam.myhuaweicloud.com"}
}

// regionName reports whether s may stand in a host name as a region.
func regionName(s string) bool {
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-' && all(s, func(c byte) bool {
		return digit(c) || c == '-' || c >= 'a' && c <= 'z'
	})
}

// baseURL reads the address of a service. Errors do not repeat it: it may hold
// a password.
func baseURL(s string) (*url.URL, error) {
	const want = "want a base URL such as https://cloudbuild-ext.cn-north-4.myhuaweicloud.com"
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, fmt.Errorf("it is no URL; %s", want)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("it does not begin with https:// or http:// and a host; %s", want)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, fmt.Errorf("it holds a user, a query or a fragment; %s", want)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}
