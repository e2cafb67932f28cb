package find

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"logbot/commands/texts"
	"logbot/logsapi"
)

// page is what the address of a CodeArts page tells.
type page struct {
	id    string // 32 hex digits
	build int64  // 0 if it names none
	link  string // the address; empty unless it may be linked
}

// bareConsole matches the address of a console's page without its scheme, as some
// browsers copy it.
var bareConsole = regexp.MustCompile(`(?i)^[a-z0-9.-]+\.(?:my)?huaweicloud\.com/`)

// addressOf returns the address that a word is; ok is false if it is none.
func addressOf(word string) (address string, ok bool) {
	if bareConsole.MatchString(word) {
		return "https://" + word, true
	}
	return word, strings.Contains(word, "://")
}

// pageAt reads a pasted address: the id is the last 32 hex digits behind the part
// that names the kind of page, a number right behind it is the build. Nothing
// certain is known of these addresses but that they end with the id (its API
// documentation), so what else stands in them is passed over.
func (k *kind) pageAt(address string) (page, texts.Phrase) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return page{}, texts.NoAddress.With(texts.Quote(address))
	}
	host := strings.ToLower(u.Hostname())
	parts := strings.FieldsFunc(u.Path+"/"+u.RawQuery+"/"+u.Fragment, func(r rune) bool { return strings.ContainsRune("/?&=", r) })
	at := slices.IndexFunc(parts, func(part string) bool {
		return slices.ContainsFunc(k.page, func(page string) bool { return strings.HasPrefix(strings.ToLower(part), page) })
	})
	if !(strings.HasSuffix(host, ".huaweicloud.com") || strings.HasSuffix(host, ".myhuaweicloud.com")) || at < 0 {
		return page{}, texts.NotCodeArts.With(texts.Quote(address), k.noun)
	}
	for i := len(parts) - 1; i >= at; i-- {
		if !logsapi.IsTaskID(parts[i]) {
			continue
		}
		p := page{id: parts[i], build: numberBehind(parts[i+1:])}
		if u.Scheme == "https" && u.User == nil {
			p.link = u.String()
		}
		return p, texts.Phrase{}
	}
	return page{}, texts.NoIDInside.With(texts.Quote(address), k.noun)
}

// numberBehind is the build that the parts behind an id name: a number at once,
// or one behind a name such as build_no. 0 is none.
func numberBehind(parts []string) int64 {
	for i, part := range parts {
		name := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(part))
		switch {
		case i == 0 && buildNumber(part) > 0:
			return buildNumber(part)
		case slices.Contains([]string{"buildno", "buildnumber", "buildnum"}, name) && i+1 < len(parts):
			return buildNumber(parts[i+1])
		}
	}
	return 0
}
