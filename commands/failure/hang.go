package failure

import "strings"

// OfHang is the failure of builds of one task that were stopped by a time limit while the
// same command of the same step had said the same line last. The caller makes sure that
// nothing was said for a while: a build that is slow is stopped somewhere. It has no key if
// the line tells little, or has a number: a count, or a share of something, is another place
// each time.
func OfHang(task, step, command, output string) Failure {
	const least = 2 // words of the line that tell something
	command, output = normal(command), normal(output)
	if task == "" || command == "" || generic(output) || strings.Contains(output, aNumber) || telling(output) < least {
		return Failure{}
	}
	f := failureOf([]string{"timeout", task, step, command, output})
	f.Text = cut(command+": "+output, maxText)
	return f
}
