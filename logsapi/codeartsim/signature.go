package codeartsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// scheme is the signing algorithm; the vendor's signing guide describes it.
const scheme = "SDK-HMAC-SHA256"

// maxSignedBody is the documented limit of a signed body in bytes.
const maxSignedBody = 12 << 20

// authorization is the parsed Authorization header of a signed request.
type authorization struct {
	accessKey string
	signed    []string // header names, lower case, sorted
	signature string
}

func (a authorization) covers(header string) bool { return slices.Contains(a.signed, header) }

// parseAuthorization reads
// "SDK-HMAC-SHA256 Access=…, SignedHeaders=a;b, Signature=…".
func parseAuthorization(header string) (authorization, bool) {
	rest, ok := strings.CutPrefix(header, scheme+" ")
	if !ok {
		return authorization{}, false
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	a := authorization{
		accessKey: parts["Access"],
		signed:    strings.Split(parts["SignedHeaders"], ";"),
		signature: parts["Signature"],
	}
	return a, slices.IsSorted(a.signed) && a.accessKey != "" && a.signature != ""
}

// signature returns the correct signature of a request.
func signature(r *http.Request, signed []string, bodyHash, secretKey string) (string, error) {
	canonical, err := canonicalRequest(r, signed, bodyHash)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secretKey))
	io.WriteString(mac, scheme+"\n"+r.Header.Get("X-Sdk-Date")+"\n"+hex.EncodeToString(sum[:]))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// canonicalRequest returns the text whose hash is signed: method, path, query,
// headers, their names and the hash of the body.
func canonicalRequest(r *http.Request, signed []string, bodyHash string) (string, error) {
	path, err := canonicalPath(r.URL)
	if err != nil {
		return "", err
	}
	query, err := canonicalQuery(r.URL)
	if err != nil {
		return "", err
	}
	var headers strings.Builder
	for _, name := range signed {
		values := r.Header.Values(name)
		if name == "host" {
			values = []string{r.Host}
		}
		for _, v := range values {
			headers.WriteString(name + ":" + strings.TrimSpace(v) + "\n")
		}
	}
	return strings.Join([]string{
		r.Method, path, query, headers.String(), strings.Join(signed, ";"), bodyHash,
	}, "\n"), nil
}

// canonicalPath encodes every segment in the same way and ends with a slash, even
// if the request does not.
func canonicalPath(u *url.URL) (string, error) {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, s := range segments {
		raw, err := url.PathUnescape(s)
		if err != nil {
			return "", err
		}
		segments[i] = percent(raw)
	}
	return strings.TrimSuffix(strings.Join(segments, "/"), "/") + "/", nil
}

// canonicalQuery sorts the parameters by name, then by value, before they are
// encoded.
func canonicalQuery(u *url.URL) (string, error) {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", err
	}
	var pairs [][2]string
	for name, vs := range values {
		for _, v := range vs {
			pairs = append(pairs, [2]string{name, v})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(percent(p[0]) + "=" + percent(p[1]))
	}
	return b.String(), nil
}

// percent encodes everything but letters, digits and -_.~ with upper-case hex.
func percent(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '_', c == '.', c == '~':
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

// bodyHash returns the hash that the signature covers: X-Sdk-Content-Sha256 if it
// is set, else the hash of the body.
func bodyHash(w http.ResponseWriter, r *http.Request) (string, error) {
	if claimed := r.Header.Get("X-Sdk-Content-Sha256"); claimed != "" {
		return claimed, nil
	}
	sum := sha256.New()
	if r.Body != nil {
		if _, err := io.Copy(sum, http.MaxBytesReader(w, r.Body, maxSignedBody)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
