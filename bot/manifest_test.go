package bot

import (
	"fmt"
	"os"
	"strings"
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

func TestTheManifestAndThePageHaveTheScopesOfTheBot(t *testing.T) {
	raw, err := os.ReadFile("../deploy/slack-manifest.yaml")
	require.NoError(t, err)
	var manifest struct {
		OAuth struct {
			Scopes struct {
				Bot      []string
				Optional []string `yaml:"bot_optional"`
			}
		} `yaml:"oauth_config"`
	}
	require.NoError(t, yaml.Unmarshal(raw, &manifest))
	page, err := os.ReadFile("../deploy/README.md")
	require.NoError(t, err)
	var all, optional []string
	var rows strings.Builder
	for _, s := range Scopes() {
		all = append(all, s.Name)
		mark := ""
		if s.Optional {
			optional = append(optional, s.Name)
			mark = " (optional)"
		}
		fmt.Fprintf(&rows, "| `%s`%s | %s | %s |\n", s.Name, mark, s.For, s.Without)
	}
	assert.ElementsMatch(t, all, manifest.OAuth.Scopes.Bot)
	assert.ElementsMatch(t, optional, manifest.OAuth.Scopes.Optional)
	assert.Contains(t, string(page), rows.String(), "the table of scopes in deploy/README.md")
}
