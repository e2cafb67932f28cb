// Package redisclient opens a Redis or Valkey of any kind from one address: a
// single server, a set of Sentinels, a Cluster; with or without TLS and a user.
//
// The forms of an address are in address.go, the deadlines of the client in
// settings.go, what keeps a Redis that is away from costing time in breakers.go.
// What is common to every user of a Redis lives here, so that pages and state
// behave alike when it is slow or away.
package redisclient
