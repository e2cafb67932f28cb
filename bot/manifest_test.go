package bot

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestTheManifestHasTheShortcutOfTheBot(t *testing.T) {
	raw, err := os.ReadFile("../deploy/slack-manifest.yaml")
	require.NoError(t, err)
	var manifest struct {
		Features struct {
			Shortcuts []struct {
				Type       string
				CallbackID string `yaml:"callback_id"`
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(raw, &manifest))
	require.Len(t, manifest.Features.Shortcuts, 1)
	assert.Equal(t, "message", manifest.Features.Shortcuts[0].Type)
	assert.Equal(t, explainShortcut, manifest.Features.Shortcuts[0].CallbackID)
}
