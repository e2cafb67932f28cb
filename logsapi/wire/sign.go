package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
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
	signed = slices.Clone(signed)
	slices.SortFunc(signed, func(a, b header) int { return strings.Compare(a.name, b.name) })
	var headers strings.Builder
	for i, h := range signed {
		headers.WriteString(h.name + ":" + strings.TrimSpace(h.value) + "\n")
		if i > 0 {
			names += ";"
		}
		names += h.name
	}
	canonical = strings.Join([]string{
		method, canonicalPath(path), canonicalQuery(query), headers.String(), names, bodyHash,
	}, "\n")
	return canonical, names
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
	var pairs []header
	for name, values := range query {
		for _, value := range values {
			pairs = append(pairs, header{name, value})
		}
	}
	slices.SortFunc(pairs, func(a, b header) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	encoded := make([]string, len(pairs))
	for i, p := range pairs {
		encoded[i] = percentEncode(p.name) + "=" + percentEncode(p.value)
	}
	return strings.Join(encoded, "&")
}

// percentEncode leaves only the unreserved characters of RFC 3986 as they are.
func percentEncode(s string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
	}
	return b.String()
}

func hexHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func signingDate(t time.Time) string { return t.UTC().Format(signDate) }
