package commands

var (
	Split  = split
	Quoted = quoted
)
