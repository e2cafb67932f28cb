package redact

import (
	"bytes"
	"strings"
)

const (
	maxCommand = 768 // bytes of a command line that are read
	maxEcho    = 512 // bytes before a command in which what it reads is looked for
)

// A command is a program and which of its arguments are secret. A flag may hold its
// value in the next argument, behind an equals sign or, if that is said, at once.
type command struct {
	name  string
	flags string // separated by blanks; "-p*" takes its value at once, too
	pairs string // flags whose value is user:password
}

var (
	commandTable = []command{
		{"login", "-p* --password", "-u"}, // docker, podman, helm registry, oc, az and others
		{"sshpass", "-p*", ""},
		{"mysql", "-p*!", ""}, {"mysqldump", "-p*!", ""}, {"mysqladmin", "-p*!", ""}, {"mysqlimport", "-p*!", ""}, {"mysqlcheck", "-p*!", ""},
		{"mysqlsh", "-p*!", ""}, {"mariadb", "-p*!", ""}, {"mariadb-dump", "-p*!", ""}, {"mariadb-admin", "-p*!", ""}, {"mydumper", "-p*", ""}, {"mycli", "-p*", ""},
		{"mongo", "-p*", ""}, {"mongosh", "-p*", ""}, {"mongodump", "-p*", ""}, {"mongorestore", "-p*", ""}, {"mongoimport", "-p*", ""},
		{"curl", "--oauth2-bearer", "-u* --user -U* --proxy-user"}, {"wget", "", ""}, {"http", "", "-a --auth"}, {"https", "", "-a --auth"},
		{"redis-cli", "-a* --pass", ""}, {"cqlsh", "-p*", ""}, {"clickhouse-client", "--password", ""},
		{"sqlcmd", "-P*", ""}, {"bcp", "-P*", ""}, {"isql", "-P*", ""},
		{"openssl", "-k", ""}, {"zip", "-P*", ""}, {"unzip", "-P*", ""}, {"7z", "-p*!", ""}, {"7za", "-p*!", ""}, {"rar", "-p*! -hp*!", ""}, {"unrar", "-p*!", ""},
		{"ldapsearch", "-w*", ""}, {"ldapadd", "-w*", ""}, {"ldapmodify", "-w*", ""}, {"ldapdelete", "-w*", ""}, {"ldapwhoami", "-w*", ""},
		{"obsutil", "-k -t", ""}, {"ossutil", "-k -t", ""}, {"ossutil64", "-k -t", ""}, {"coscmd", "-s -t", ""}, {"coscli", "-k", ""}, {"qshell", "", ""},
		{"twine", "-p*", ""}, {"nuget", "-k", ""}, {"signtool", "/p -p", ""}, {"security", "-p* -P*", ""}, {"ipmitool", "-P*", ""},
		{"lftp", "", "-u"}, {"smbclient", "", "-U"}, {"ctr", "", "-u --user"}, {"crictl", "", "--creds --auth"}, {"skopeo", "", "--creds --src-creds --dest-creds"}, {"podman", "", "--creds"},
		{"machine", "password", ""}, {"jf", "", ""}, {"oc", "", ""}, {"svn", "", ""}, {"plink", "-pw", ""}, {"pscp", "-pw", ""}, {"putty", "-pw", ""}, {"psftp", "-pw", ""},
		{"xfreerdp", "/p:*", ""}, {"htpasswd", "-b$", ""}, {"rabbitmqctl", "add_user$ change_password$", ""}, {"influx", "-password", ""}, {"psexec", "-p", ""},
		{"create-keystore", "-p", ""}, {"ftp", "", "-u"}, {"aria2c", "", ""}, {"kadmin", "-w", ""}, {"kinit", "", ""}, {"expdp", "", ""}, {"hdiutil", "", ""},
	}
)

// commandLines are the shapes of command lines.
func commandLines() []shape {
	all := make([]shape, 0, len(commandTable)+32)
	for i := range commandTable {
		c := &commandTable[i]
		if c.flags == "" && c.pairs == "" {
			continue // its long flags are names
		}
		all = append(all, shape{literal: c.name, find: func(t *window, at, end int) (span, bool) {
			t.kind = CommandLine
			commandLine(t, at, end, c)
			return span{}, false
		}})
	}
	for _, stdin := range []string{"--password-stdin", "--passwd-stdin", "--pass-stdin", "--with-token", "--token-stdin", "passwd --stdin", "chpasswd", "sudo -S", "sudo -kS", "--password-fd", "cryptsetup", "--passphrase-fd", "kinit ", "docker login"} {
		all = append(all, shape{literal: stdin, find: of(CommandLine, piped)})
	}
	for _, name := range []string{"sqlplus", "sqlldr", "impdp", "expdp", "rman", "oracle:thin:", "oracle:oci:"} {
		all = append(all, shape{literal: name, find: of(CommandLine, oracle)})
	}
	return append(all,
		shape{literal: " -p ", find: of(CommandLine, afterUser)},
		shape{literal: "pass:", find: of(CommandLine, passArgument)},
		shape{literal: `send "`, find: of(CommandLine, expect)},
		shape{literal: `send -- "`, find: of(CommandLine, expect)},
		shape{literal: "identified by", fold: true, find: of(CommandLine, identifiedBy)},
		shape{literal: "requirepass", fold: true, find: of(CommandLine, directive)},
		shape{literal: "masterauth", fold: true, find: of(CommandLine, directive)},
		shape{literal: "convertto-securestring", fold: true, find: of(CommandLine, directive)},
	)
}

// isRepeated reports whether the name at text[at:] stands before it on its line, too,
// and is read together with that.
func isRepeated(t *window, at int, name []byte) bool {
	before := t.text[max(0, at-maxCommand/2):at]
	from := bytes.LastIndexAny(before, "\n;|&/=") + 1 // none is in a name
	return bytes.Contains(before[from:], name)
}

// commandLine hides the secret arguments of the command whose name stands at
// text[at:end].
func commandLine(t *window, at, end int, c *command) {
	if at > 0 && (isAlnum(t.text[at-1]) || t.text[at-1] == '_' || t.text[at-1] == '-') && !t.afterGap(at) {
		return
	}
	name := t.text[at:end]
	if bytes.HasPrefix(t.text[end:], []byte(".exe")) {
		end += len(".exe")
	}
	if end >= len(t.text) || t.text[end] != ' ' && t.text[end] != '\t' || isRepeated(t, at, name) {
		return
	}
	i := end
	limit := min(len(t.text), at+maxCommand)
	last, wantsLast := span{}, false
	for {
		a, ok := argumentAt(t, i, limit)
		if !ok {
			break
		}
		i = a.next
		arg := t.text[a.start:a.end]
		if len(arg) == 0 {
			continue
		}
		if arg[0] != '-' {
			last = a.span
		}
		for f := range strings.FieldsSeq(c.flags) {
			switch {
			case strings.HasSuffix(f, "$"): // the last argument
				wantsLast = wantsLast || bytes.Contains(arg, []byte(f[:len(f)-1])) || f == "-b$" && arg[0] == '-' && bytes.IndexByte(arg, 'b') > 0
			default:
				flagValue(t, f, a, limit, hidePassword)
			}
		}
		for f := range strings.FieldsSeq(c.pairs) {
			flagValue(t, f, a, limit, hidePair)
		}
	}
	if wantsLast {
		hidePassword(t, last)
	}
}

// An argument is a word of a command line without its quotes.
type argument struct {
	span
	next int // where the rest begins
}

// argumentAt reads the argument at i; false at the end of the command.
func argumentAt(t *window, i, limit int) (argument, bool) {
	for i < limit {
		c := t.text[i]
		if c == '\\' && i+1 < limit && (t.text[i+1] == '\n' || t.text[i+1] == '\r') {
			i = t.nextLine(i + 1)
			continue
		}
		if c != ' ' && c != '\t' {
			break
		}
		i++
	}
	if i >= limit {
		return argument{}, false
	}
	switch c := t.text[i]; c {
	case '\n', '\r', ';', '|', '&', ')':
		return argument{}, false
	case '"', '\'', '\\':
		if _, close := t.quoteAt(i); close != "" {
			if end := t.quoteEnd(i+len(close), close); end >= 0 && end < limit {
				return argument{span{i + len(close), end}, end + len(close)}, true
			}
		}
	}
	end := i
	var quote byte
	for end < limit {
		c := t.text[end]
		if quote == 0 && (c == ' ' || c == '\t' || c == ';' && end+1 < limit && t.text[end+1] <= ' ') || c == '\n' || c == '\r' {
			break
		}
		if c == '"' || c == '\'' {
			if quote == 0 {
				quote = c
			} else if quote == c {
				quote = 0
			}
		}
		end++
	}
	stop := end
	if quote != 0 { // a quote of what is around the command, as in bash -c "…"
		if n := bytes.IndexByte(t.text[i:end], quote); n > 0 {
			stop = i + n
			for end = stop + 1; end < limit && t.text[end] == quote; {
				end++
			}
		}
	}
	return argument{span{i, stop}, max(end, stop)}, true
}

// flagValue passes the value of flag f to hide if a is that flag.
func flagValue(t *window, f string, a argument, limit int, hide func(*window, span)) {
	name, atOnce := strings.CutSuffix(f, "!")
	name, glued := strings.CutSuffix(name, "*")
	arg := t.text[a.start:a.end]
	if !bytes.HasPrefix(arg, []byte(name)) {
		return
	}
	switch rest := arg[len(name):]; {
	case len(rest) == 0:
		if v, ok := argumentAt(t, a.next, limit); ok && !atOnce && !isFlag(t.text[v.start:v.end]) {
			hide(t, v.span)
		}
	case rest[0] == '=':
		hide(t, unquoted(t, span{a.start + len(name) + 1, a.end}))
	case glued:
		hide(t, unquoted(t, span{a.start + len(name), a.end}))
	}
}

// unquoted is s without the quotes around it.
func unquoted(t *window, s span) span {
	if s.end-s.start >= 2 {
		if c := t.text[s.start]; (c == '"' || c == '\'') && t.text[s.end-1] == c {
			return span{s.start + 1, s.end - 1}
		}
	}
	return s
}

// hidePassword hides an argument that is a password, unless it stands for one.
func hidePassword(t *window, s span) {
	value := t.bare(s.start, s.end)
	if len(value) < minPassword || len(value) > maxCommand || isPlaceholder(value) {
		return
	}
	if !isSecret(value, password, true) {
		for _, word := range []string{"password", "passwd", "pass", "secret", "token", "string", "true", "false", "none", "null", "file"} {
			if strings.EqualFold(string(value), word) {
				return
			}
		}
		if c := count(value); c.digits == len(value) || c.upper == c.letters || bytes.ContainsAny(value, "./:") {
			return
		}
	}
	t.hide(s.start, s.end)
}

// hidePair hides the password of user:password; other programs write user%password
// or user,password.
func hidePair(t *window, s span) {
	s = unquoted(t, s)
	value := t.text[s.start:s.end]
	at := bytes.IndexAny(value, ":%,")
	if at < 0 {
		if isSecret(value, maybeKey, true) {
			t.hide(s.start, s.end) // a token for a user
		}
		return
	}
	if bytes.HasPrefix(value[at:], []byte("://")) {
		return
	}
	password := t.bare(s.start+at+1, s.end)
	if len(password) >= 3 && !isPlaceholder(password) {
		t.hide(s.start+at+1, s.end)
	} else if len(password) == 0 && at >= minKey { // TOKEN:
		t.hide(s.start, s.start+at)
	}
}

// piped hides what is written into the standard input of a command that reads a
// password there: echo PASSWORD | command --password-stdin, or command <<< PASSWORD.
func piped(t *window, at, end int) (span, bool) {
	from := max(0, at-maxEcho)
	before := t.text[from:at]
	if nl := bytes.LastIndexByte(before, '\n'); nl >= 0 {
		before, from = before[nl+1:], from+nl+1
	}
	if pipe := bytes.LastIndexByte(before, '|'); pipe >= 0 {
		before = before[:pipe]
		start := max(bytes.LastIndex(before, []byte("echo ")), bytes.LastIndex(before, []byte("printf ")), bytes.LastIndex(before, []byte("echo\t")))
		if start >= 0 {
			echoed(t, from+start+bytes.IndexAny(before[start:], " \t"), from+pipe, string(t.text[at:end]) == "chpasswd")
		}
	}
	after := t.text[end:min(len(t.text), end+maxCommand)]
	if here := bytes.Index(after, []byte("<<<")); here >= 0 && bytes.IndexByte(after[:here], '\n') < 0 {
		if a, ok := argumentAt(t, end+here+3, min(len(t.text), end+maxCommand)); ok {
			hidePassword(t, a.span)
		}
	}
	return span{}, false
}

// echoed hides the last argument of echo in text[i:end].
func echoed(t *window, i, end int, pair bool) {
	var last argument
	for {
		a, ok := argumentAt(t, i, end)
		if !ok {
			break
		}
		i = a.next
		if arg := t.text[a.start:a.end]; len(arg) > 0 && arg[0] != '-' {
			last = a
		}
	}
	if last.end == 0 {
		return
	}
	if pair {
		hidePair(t, last.span)
		return
	}
	hidePassword(t, last.span)
}

// oracle hides the password in user/password@database.
func oracle(t *window, _, end int) (span, bool) {
	limit := min(len(t.text), end+128)
	from, to := 0, 0
	for i := end; i < limit && t.text[i] != '\n' && t.text[i] != '"'; i++ {
		switch c := t.text[i]; {
		case c == '/' && from == 0 && i+1 < limit && t.text[i+1] != ' ' && t.text[i-1] != ' ':
			from = i + 1
		case c == '@' && from > 0:
			to = i
		case c == ' ' && from > 0:
			limit = i
		}
	}
	return span{from, to}, from > 0 && to-from >= 3 && !isPlaceholder(t.text[from:to])
}

// afterUser finds the password in -u USER -p PASSWORD of any program.
func afterUser(t *window, at, end int) (span, bool) {
	user := t.runStart(at, maxName, func(c byte) bool { return c > ' ' })
	flag := t.runStart(max(user-1, 0), maxName, func(c byte) bool { return c > ' ' })
	switch string(t.text[flag:max(user-1, flag)]) {
	case "-u", "-U", "--user", "--username", "-user", "-username":
	default:
		return span{}, false
	}
	v := t.valueAt(end)
	return v.span, isSecret(t.bare(v.start, v.end), password, true)
}

// passArgument finds the password in pass:PASSWORD, as openssl and apksigner want it.
func passArgument(t *window, at, end int) (span, bool) {
	if at == 0 || t.text[at-1] != ' ' && t.text[at-1] != '=' && t.text[at-1] != '"' && t.text[at-1] != '\'' {
		return span{}, false
	}
	v := t.valueAt(end)
	value := t.bare(v.start, v.end)
	return v.span, v.start == end && len(value) >= minPassword && isSecret(value, password, true)
}

// expect finds what a script of expect types: send "PASSWORD\r".
func expect(t *window, _, end int) (span, bool) {
	to := t.quoteEnd(end, `"`)
	if to < 0 {
		return span{}, false
	}
	value := t.text[end:to]
	for _, key := range []string{`\r`, `\n`} {
		if bare, ok := bytes.CutSuffix(value, []byte(key)); ok && len(bare) > 0 && bytes.IndexByte(bare, ' ') < 0 {
			return span{end, end + len(bare)}, isSecret(bytes.ReplaceAll(bare, []byte(Mask), nil), password, true)
		}
	}
	return span{}, false
}

// identifiedBy finds the password in SQL: IDENTIFIED BY 'PASSWORD'.
func identifiedBy(t *window, _, end int) (span, bool) {
	i := t.skipBlanks(end, min(len(t.text), end+8))
	if hasPrefixFold(t.text[i:], "password ") {
		i += len("password ")
	}
	v := t.valueAt(i)
	value := t.bare(v.start, v.end)
	return v.span, i > end && len(value) >= minPassword && !isPlaceholder(value) && (v.quoted || isSecret(value, password, true))
}

// directive finds the value of a line of a configuration: requirepass PASSWORD.
func directive(t *window, _, end int) (span, bool) {
	i := t.skipBlanks(end, min(len(t.text), end+8))
	if hasPrefixFold(t.text[i:], "-string ") {
		i += len("-string ")
	}
	v := t.valueAt(i)
	value := t.bare(v.start, v.end)
	return v.span, i > end && len(value) >= minPassword && isSecret(value, password, true)
}
