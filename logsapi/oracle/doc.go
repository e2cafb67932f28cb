// Package oracle holds logsapi and codeartsim against the vendor's own Go SDK,
// github.com/huaweicloud/huaweicloud-sdk-go-v3, where that has the same
// endpoints and signs the same way.
//
// It is a module of its own, since the SDK alone is larger than everything else
// the project depends on. The tests need no network: the SDK speaks to
// codeartsim on localhost, which checks its signatures, and the home folder, in
// which the SDK stores an id of the installation, is a temporary one.
package oracle
