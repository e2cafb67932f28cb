package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

const (
	signAlgorithm = "SDK-HMAC-SHA256"
	signDate      = "20060102T150405Z" // UTC; the gateway accepts 15 minutes either way
	// emptyBody is the SHA-256 of no body at all, which is what our GETs have.
	emptyBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// header is one signed header; its name is lower case.
type header struct{ name, value string }

// authorization is the value of the Authorization header by the scheme
// SDK-HMAC-SHA256 for a request with the given signed headers, x-sdk-date among
// them. bodyHash is the hexadecimal SHA-256 of the body.
func authorization(ak, sk, method, path string, query url.Values, signed []header, date, bodyHash string) string {
	canonical, names := canonicalRequest(method, path, query, signed, bodyHash)
	mac := hmac.New(sha256.New, []byte(sk))
	mac.Write([]byte(signAlgorithm + "\n" + date + "\n" + hexHash(canonical)))
	return signAlgorithm + " Access=" + ak + ", SignedHeaders=" + names + ", Signature=" + hex.EncodeToString(mac.Sum(nil))
}

// canonicalRequest is what is hashed and signed; names are the signed headers.
func canonicalRequest(method, path string, query url.Values, signed []header, bodyHash string) (canonical, names string) {
	signed = slices.SortedFunc(slices.Values(signed), func(a, b header) int { return strings.Compare(a.name, b.name) })
	headers := ""
	for _, h := range signed {
		headers += h.name + ":" + strings.TrimSpace(h.value) + "\n"
		names += ";" + h.name
	}
	names = strings.TrimPrefix(names, ";")
	return strings.Join([]string{method, canonicalPath(path), canonicalQuery(query), headers, names, bodyHash}, "\n"), names
}

// canonicalPath encodes every segment and ends with a slash, which the path on
// the wire does not.
func canonicalPath(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = percentEncode(s)
	}
	path = strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path
}

// canonicalQuery is also what goes over the wire, so that both sides cannot
// differ in how they encode: pairs sorted by key, then value; a blank is %20.
func canonicalQuery(query url.Values) string {
	sorted := url.Values{}
	for name, values := range query {
		sorted[name] = slices.Sorted(slices.Values(values))
	}
	return strings.ReplaceAll(sorted.Encode(), "+", "%20")
}

// percentEncode leaves only the unreserved characters of RFC 3986 as they are.
func percentEncode(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func hexHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
