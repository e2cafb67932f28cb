// Package redisclient opens a Redis or Valkey of any kind from one address: a
// single server, a set of Sentinels, a Cluster; with or without TLS and a user.
//
// The forms of an address are in address.go, the deadlines of the client in
// settings.go, and the breakers that keep a Redis that is away from costing time in
// breakers.go. Pages and state share this package, so that they behave alike when
// Redis is slow or away.
package redisclient
