package codeartsim

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDemoFolderLoads(t *testing.T) {
	_, err := New(Config{FS: Demo()})
	require.NoError(t, err)
}
