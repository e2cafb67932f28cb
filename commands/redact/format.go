package redact

// Where the form of a token is from. The rules of gitleaks are under the MIT licence
// (Copyright 2019 Zachary Rice, see NOTICE); what vendors document is facts.
type source string

const (
	gitleaks source = "gitleaks 8.30.1, config/gitleaks.toml, MIT"
	vendor   source = "the vendor's documentation"
	seen1    source = "tokens seen in logs"
)

// A format is a kind of token: a prefix and how many bytes of a class follow.
type format struct {
	kind   string
	prefix string
	class  func(byte) bool
	least  int
	most   int // 0: any number, up to Reach
	flags  flags
	source source
}

type flags uint8

const (
	glued   flags = 1 << iota // may follow a letter: nothing else has this prefix
	digit                     // has a digit, unlike an identifier
	mixed                     // has digits and letters of both cases, unlike an identifier
	tail                      // the prefix is public: what follows it is masked
	anyCase                   // the prefix matches in any case
)
