package commands

import (
	"strings"

	"logbot/logsapi/lazyregexp"
)

// leads are what tools write before what they have to say: stamps, levels, names of the
// tool, marks. Each is what stands at the start of a line.
var leads = []*lazyregexp.Regexp{
	// Times: 2026-11-20T06:02:08.123Z, [06:02:08], Nov 20 06:02:08, 2026/11/20 06:02:08,123 +0800.
	lazyregexp.New(`^\[?(?:\d{4}[-/]\d{2}[-/]\d{2}[T ])?\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z| ?[+-]\d{2}:?\d{2}| GMT[+-]\d{2}:\d{2}| UTC)?\]?:?(?:\s+(?:-\s+)?|$)`),
	lazyregexp.New(`^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d{2}:\d{2}:\d{2}\s+`),
	// A build in a container: "#12 0.482 ", "web_1  | ".
	lazyregexp.New(`^#\d+ (?:\d+\.\d+ )?`),
	lazyregexp.New(`^[A-Za-z][\w.-]{0,40}[_-]\d+ +\| +`),
	// klog: E1120 06:02:08.123456    1 main.go:12]
	lazyregexp.New(`^[EFW]\d{4} \d{2}:\d{2}:\d{2}\.\d+ +\d+ [\w./-]+:\d+\] `),
	// logfmt
	lazyregexp.New(`^(?:time|ts)="?[\d:TZ.+-]+"? level="?(?:error|fatal|panic|warn|warning)"? `),
	// Services: ##[error], ::error file=a,line=1::, ##vso[task.logissue type=error]
	lazyregexp.New(`^##\[(?:error|warning)\]\s*`),
	lazyregexp.New(`^::(?:error|warning)(?: [^:]*)?::\s*`),
	lazyregexp.New(`^##vso\[[^\]]*\]\s*`),
	// Levels in brackets: [ERROR], [error], <error>, [main/ERROR], and of Gradle.
	lazyregexp.New(`^[\[<(]\s*(?i:err|error|fatal|fail|failed|failure|severe|critical|panic|warn|warning|info|错误|失败)\s*[\])>]:?\s*`),
	// Levels with a mark behind them: "error: ", "ERROR - ", "Error:", "FATAL | ", "e: " of Kotlin.
	lazyregexp.New(`^(?i:err|error|fatal error|fatal|severe|critical|warning|错误)\s*(?:[:：|]|-{1,2}|—|=>)\s*`),
	lazyregexp.New(`^[ew]: `),
	// Levels in capitals alone.
	lazyregexp.New(`^(?:ERROR|FATAL|SEVERE|CRITICAL)\s+`),
	// npm, pnpm, pytest.
	lazyregexp.New(`^npm (?:ERR!|error)\s*`),
	lazyregexp.New(`^(?:ELIFECYCLE|ERR_PNPM_\w+)\s+`),
	lazyregexp.New(`^E {3,}`),
	// Marks of a list.
	lazyregexp.New(`^(?:[✗✘✖✕×❌●•►▶]|->|=>|>{1,3})\s+`),
}

// bareReason is a line of a log without what its tool wrote before it: stamp, level,
// name of the tool, mark. What follows keeps its characters. A line of which nothing
// would be left stays as it is.
func bareReason(line string) string {
	line = strings.TrimSpace(line)
	for rest, again := line, true; again; line = rest {
		again = false
		for _, lead := range leads {
			if at := lead.FindStringIndex(rest); at != nil && at[1] > 0 {
				rest, again = strings.TrimLeft(rest[at[1]:], " \t"), true
			}
		}
		if rest == "" {
			return line
		}
	}
	return line
}
