package texts

// SentAgain stands under a message for which it could not be known whether an
// earlier try had arrived.
var SentAgain = Text{
	"sent again: an earlier try may have arrived",
	"重新发送：上一次发送可能已经送达",
}
