package commands

import (
	"regexp"
	"strings"
)

// leads are what tools write before what they have to say: stamps, levels, names of the
// tool, marks. Each is what stands at the start of a line.
var leads = []*regexp.Regexp{
	// Times: 2026-11-20T06:02:08.123Z, [06:02:08], Nov 20 06:02:08, 2026/11/20 06:02:08,123 +0800.
	regexp.MustCompile(`^\[?(?:\d{4}[-/]\d{2}[-/]\d{2}[T ])?\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z| ?[+-]\d{2}:?\d{2}| GMT[+-]\d{2}:\d{2}| UTC)?\]?:?(?:\s+(?:-\s+)?|$)`),
	regexp.MustCompile(`^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d{2}:\d{2}:\d{2}\s+`),
	// A build in a container: "#12 0.482 ", "web_1  | ".
	regexp.MustCompile(`^#\d+ (?:\d+\.\d+ )?`),
	regexp.MustCompile(`^[A-Za-z][\w.-]{0,40}[_-]\d+ +\| +`),
	// klog: E1120 06:02:08.123456    1 main.go:12]
	regexp.MustCompile(`^[EFW]\d{4} \d{2}:\d{2}:\d{2}\.\d+ +\d+ [\w./-]+:\d+\] `),
	// logfmt
	regexp.MustCompile(`^(?:time|ts)="?[\d:TZ.+-]+"? level="?(?:error|fatal|panic|warn|warning)"? `),
	// Services: ##[error], ::error file=a,line=1::, ##vso[task.logissue type=error]
	regexp.MustCompile(`^##\[(?:error|warning)\]\s*`),
	regexp.MustCompile(`^::(?:error|warning)(?: [^:]*)?::\s*`),
	regexp.MustCompile(`^##vso\[[^\]]*\]\s*`),
	// Levels in brackets: [ERROR], [error], <error>, [main/ERROR], and of Gradle.
	regexp.MustCompile(`^[\[<(]\s*(?i:err|error|fatal|fail|failed|failure|severe|critical|panic|warn|warning|info|错误|失败)\s*[\])>]:?\s*`),
	// Levels with a mark behind them: "error: ", "ERROR - ", "Error:", "FATAL | ", "e: " of Kotlin.
	regexp.MustCompile(`^(?i:err|error|fatal error|fatal|severe|critical|warning|错误)\s*(?:[:：|]|-{1,2}|—|=>)\s*`),
	regexp.MustCompile(`^[ew]: `),
	// Levels in capitals alone.
	regexp.MustCompile(`^(?:ERROR|FATAL|SEVERE|CRITICAL)\s+`),
	// npm, pnpm, pytest.
	regexp.MustCompile(`^npm (?:ERR!|error)\s*`),
	regexp.MustCompile(`^(?:ELIFECYCLE|ERR_PNPM_\w+)\s+`),
	regexp.MustCompile(`^E {3,}`),
	// Marks of a list.
	regexp.MustCompile(`^(?:[✗✘✖✕×❌●•►▶]|->|=>|>{1,3})\s+`),
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
