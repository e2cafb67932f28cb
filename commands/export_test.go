package commands

var (
	Seal   = seal
	Split  = split
	Quoted = quoted
)
