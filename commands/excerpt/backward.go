package excerpt

// Bounds of reading from the end.
const (
	maxPages  = 5         // pages read before the answer has to do,
	minBytes  = 128 << 10 // where they held as much as this;
	mostPages = 40        // else so many
	maxBytes  = 4 << 20   // bytes of pages held

	// strongPages is after how many pages strong evidence is enough if neither the log
	// nor anything else says that the step failed: a stronger line further up is rare.
	strongPages = 3
)

// Backward reads a log from its end, page by page, and says when it has read
// enough. Every page is read again together with those behind it, so that the
// answer is the one a Finder gives for that part of the log; the bounds above
// keep this cheap. It is not safe for concurrent use.
type Backward struct {
	options Options
	text    []byte // the pages so far, in the order of the log
	pages   int
	start   bool    // text begins with the first line of the log
	read    *Finder // of text; nil before the first page
}

// FromEnd is a Backward that has read nothing.
func FromEnd(options Options) *Backward {
	return &Backward{options: options.withDefaults()}
}

// Prepend takes the page that stands before all given so far, its lines oldest
// first. Its first line may be cut at its start; the next older page completes
// it. sure says that reading further back is not expected to change the answer,
// or that as much was read as may be held.
func (b *Backward) Prepend(page []byte) (sure bool) {
	b.pages++
	if room := maxBytes - len(b.text); len(page) > room {
		page = page[len(page)-room:]
	}
	b.text = append(append(make([]byte, 0, len(page)+len(b.text)), page...), b.text...)
	f := New(b.options)
	f.Write(b.text)
	f.finish()
	b.read = f
	enough := b.pages >= maxPages && len(b.text) >= minBytes || b.pages >= mostPages || len(b.text) >= maxBytes
	return enough || b.certain()
}

// Started says that the page given last begins with the first line of the log.
// Line numbers are then counted from there.
func (b *Backward) Started() { b.start = true }

// Pages is how many pages were given.
func (b *Backward) Pages() int { return b.pages }

// Text is what was read, at most 4 MiB from the end of the log. It must not be changed.
func (b *Backward) Text() []byte { return b.text }

// Excerpt is the answer for the pages given so far.
func (b *Backward) Excerpt() Excerpt {
	if b.read == nil {
		return Excerpt{Whole: b.start}
	}
	return b.read.choose(b.start)
}

// certain says whether more lines before those read are not expected to change
// the answer: the outcome is a success, or a line in the step that failed says why.
// That the step failed is told by its closing line, by Options.Known, or taken from
// the evidence after strongPages.
func (b *Backward) certain() bool {
	f, known := b.read, b.options.Known
	main := f.failing()
	switch {
	case main == nil || f.number == 0:
		return false
	case known == Succeeded:
		return true
	case f.says == Succeeded && main.state != stepFailed:
		return known != Failed // else the success is that of something else
	case main.evidence < sureWeight*unit || main.state == stepPassed:
		return false
	}
	return main.state == stepFailed || known == Failed || b.pages >= strongPages
}

// Strong says whether a line that is hardly ever wrong explains the failure.
func (b *Backward) Strong() bool {
	if b.read == nil {
		return false
	}
	main := b.read.failing()
	return main != nil && main.evidence >= sureWeight*unit
}

// sureWeight is the weight of rules that are hardly ever wrong.
const sureWeight = 7
