package redact

func isDigit(c byte) bool        { return '0' <= c && c <= '9' }
func isUpper(c byte) bool        { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool        { return 'a' <= c && c <= 'z' }
func isLetter(c byte) bool       { return isUpper(c &^ 0x20) }
func isAlnum(c byte) bool        { return isLetter(c) || isDigit(c) }
func isUpperOrDigit(c byte) bool { return isUpper(c) || isDigit(c) }
func isLowerOrDigit(c byte) bool { return isLower(c) || isDigit(c) }
func isHex(c byte) bool          { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isTokenByte(c byte) bool    { return isAlnum(c) || c == '-' || c == '_' }
func isDottedByte(c byte) bool   { return isTokenByte(c) || c == '.' }
func isBase64(c byte) bool       { return isAlnum(c) || c == '+' || c == '/' || c == '=' }
func isAnyBase64(c byte) bool    { return isBase64(c) || c == '-' || c == '_' }

// isValueByte holds for the bytes of a token (RFC 6750, token68) and for percent
// signs, which stand for others in links.
func isValueByte(c byte) bool {
	return isTokenByte(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=' || c == '%'
}

func isNameByte(c byte) bool { return isAlnum(c) || c == '_' || c == '-' || c == '.' }

func lower(c byte) byte {
	if isUpper(c) {
		return c | 0x20
	}
	return c
}

// hasPrefixFold reports whether text begins with the literal, which is lower case.
func hasPrefixFold(text []byte, literal string) bool {
	if len(text) < len(literal) {
		return false
	}
	for i := range len(literal) {
		if lower(text[i]) != literal[i] {
			return false
		}
	}
	return true
}
