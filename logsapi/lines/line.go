package lines

// Line is one line of a log as people see it.
type Line struct {
	Number int    // from the start of the log, 1 for the first; negative from its end, -1 for the last; 0 if unknown
	Text   string // without stamp and step
	Match  bool   // a search matched it, unlike the lines around it
}
