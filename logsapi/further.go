package logsapi

import "errors"

// OutOfReach reports whether err says that this account cannot have what it
// asked for at this host, now or in a moment: the endpoint is not published
// (ErrNotPublished), or the account may not use it (ErrForbidden).
//
// Only the five log endpoints are documented for every region. Whoever calls one
// of the further ones (Record, Task, Tasks, Build…, Steps…, Analysis, Check…)
// goes on without its answer when the error is out of reach.
func OutOfReach(err error) bool {
	return errors.Is(err, ErrNotPublished) || errors.Is(err, ErrForbidden)
}
