package wire

import "logbot/logsapi/dialect"

// ascendingWords are the values of sort for ascending, the one to begin with first;
// an empty one leaves sort out. Build documents "AES" in three places, which looks
// like a typing error, and names no default; Check documents "ASC".
func ascendingWords(s Service) []string {
	if s == CheckService {
		return []string{"ASC", "AES", ""}
	}
	return []string{"", "AES", "ASC"}
}

// newHosts makes what is seen of the hosts of the services.
func newHosts(at *addresses, tell func(dialect.Dialect)) (hosts [CheckService + 1]*dialect.Host) {
	for s, u := range at.services {
		name := ""
		if u != nil {
			name = u.Host
		}
		hosts[s] = dialect.NewHost(name, tell, ascendingWords(Service(s))...)
	}
	return hosts
}

// Dialect is what has been seen of the host of a service.
func (r *Requester) Dialect(s Service) *dialect.Host { return r.hosts[s] }
