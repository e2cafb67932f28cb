package bot

import "fmt"

// Ready reports whether commands are received and can be answered; otherwise why says
// what is wrong, for operators. It asks nobody.
func (b *Bot) Ready() (ready bool, why string) {
	if refused := b.sender.courier.Refused(); refused != "" {
		return false, "Slack refuses the app: " + refused
	}
	if _, known := b.sender.self.now(); !known {
		return false, "Slack does not report yet who this bot is (auth.test)"
	}
	if h := b.sockets.Health(); h.Connected == 0 {
		return false, fmt.Sprintf("no connection to Slack is open: %s", h.Trouble)
	}
	return true, ""
}
