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
func newHosts(at *addresses, tell func(dialect.Dialect)) (seen [serviceCount]*dialect.Host) {
	for s, h := range at.services {
		name := ""
		if h != nil {
			name = h.all[0].Host
		}
		seen[s] = dialect.NewHost(name, tell, ascendingWords(Service(s))...)
	}
	return seen
}

// Dialect is what has been seen of the host of a service.
func (r *Requester) Dialect(s Service) *dialect.Host { return r.hosts[s] }
