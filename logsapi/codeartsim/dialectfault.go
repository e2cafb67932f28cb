package codeartsim

// Ways to write an answer that the documentation leaves open, or shows in one place
// only.
const (
	ByteOrderMark Fault = "byte-order-mark"
	ResultString  Fault = "result-string"
)

func dialectFaults() []Switch {
	return []Switch{
		{Fault: ByteOrderMark, Does: "JSON answers begin with a byte order mark",
			hooks: hooks{body: func(_ *setting, text []byte) []byte { return append([]byte("\uFEFF"), text...) }}},
		{Fault: ResultString, Does: "the result of an envelope is a JSON string that holds the JSON",
			hooks: hooks{reply: stringResult}},
	}
}

func stringResult(_ *setting, body any) any {
	if e, ok := body.(envelope); ok {
		e.Result = string(encodeJSON(e.Result))
		return e
	}
	return body
}
