// Package replicas runs several processes of `logbot serve` on one Redis and one
// local Slack, ends them the way machines do, and counts what people then miss.
// It holds tests only; `make replicas` runs their long form.
package replicas
