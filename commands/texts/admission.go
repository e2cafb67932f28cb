package texts

// Admission is what people are told whose command is not taken.
var Admission = struct {
	CannotRead Text
}{
	CannotRead: Text{"Slack sent this in a form that logbot cannot read. Please type the command instead.", "logbot 无法识别 Slack 发来的内容，请直接输入命令。"},
}
