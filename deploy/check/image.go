package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// user is who the image runs as.
const user = "65532:65532"

// lastStage is the part of the Containerfile that makes the image, with the files of
// the first stage taken from the context instead.
func (d deployment) lastStage() (string, error) {
	content, err := os.ReadFile(filepath.Join(d.folder, "Containerfile"))
	if err != nil {
		return "", err
	}
	_, last, ok := strings.Cut(string(content), "\nFROM scratch\n")
	if !ok {
		return "", errors.New("the Containerfile has no stage FROM scratch")
	}
	const copied = "COPY --from=build --chown=" + user + " /src/bin/root/ /\n"
	if !strings.Contains(last, copied) {
		return "", fmt.Errorf("the last stage does not have %q", copied)
	}
	return "FROM scratch\n" + strings.Replace(last, copied, "COPY --chown="+user+" . /\n", 1), nil
}

// built is what buildah says of an image.
type built struct {
	Docker struct {
		Config struct {
			User        string
			Entrypoint  []string
			Cmd         []string
			Env         []string
			Healthcheck *struct{ Test []string }
		} `json:"config"`
	}
}

// checkBuild builds the last stage of the Containerfile with buildah, which needs no
// network, and looks at the image.
func (d deployment) checkBuild(ctx context.Context) (string, error) {
	if _, err := exec.LookPath("buildah"); err != nil {
		return "", unchecked("buildah is not installed")
	}
	stage, err := d.lastStage()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "logbot-image-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "Containerfile")
	if err := os.WriteFile(file, []byte(stage), 0o644); err != nil {
		return "", err
	}
	store := []string{"--root", filepath.Join(folder, "images"), "--runroot", filepath.Join(folder, "run"), "--storage-driver", "vfs"}
	buildah := func(args ...string) (string, error) { return output(ctx, "buildah", append(store, args...)...) }
	if _, err := buildah("build", "--format", "docker", "--isolation", "chroot", "--tag", "logbot", "--file", file, d.root); err != nil {
		return "", err
	}
	text, err := buildah("inspect", "--type", "image", "logbot")
	if err != nil {
		return "", err
	}
	var image built
	if err := json.Unmarshal([]byte(text), &image); err != nil {
		return "", err
	}
	c := image.Docker.Config
	switch {
	case c.User != user:
		return "", fmt.Errorf("it runs as %q", c.User)
	case strings.Join(append(c.Entrypoint, c.Cmd...), " ") != "/logbot serve":
		return "", fmt.Errorf("it starts %q %q", c.Entrypoint, c.Cmd)
	case c.Healthcheck == nil || strings.Join(c.Healthcheck.Test, " ") != "CMD /logbot healthcheck":
		return "", errors.New("it has no health check")
	}
	known, err := d.settings(ctx)
	if err != nil {
		return "", err
	}
	var names []string
	for _, e := range c.Env {
		if name, _, _ := strings.Cut(e, "="); name != "PATH" {
			names = append(names, name)
		}
	}
	return "the last stage, with buildah; the first one, which pulls golang, was made with make image-root", unknown(known, names, "ENV")
}

// checkImage runs the program in the files of the image, which are mounted read-only,
// as its user: it answers a command between a local Slack and a local CodeArts, is
// healthy, and stops when told.
func (d deployment) checkImage(ctx context.Context) (string, error) {
	certificates, err := countCertificates(filepath.Join(d.root, "etc/ssl/certs/ca-certificates.crt"))
	if err != nil {
		return "", err
	}
	if os.Geteuid() != 0 {
		return "", unchecked("it takes root to change into another root file system")
	}
	if _, err := output(ctx, "unshare", "--mount", "true"); err != nil {
		return "", unchecked("this machine allows no mounts of its own")
	}
	path, err := filepath.Abs(d.root)
	if err != nil {
		return "", err
	}
	h, err := d.startLocal(ctx)
	if err != nil {
		return "", err
	}
	defer h.stop()
	took, err := h.serveIn(ctx, path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d certificates; started, healthy and answered within %v; exit 0 after SIGTERM", certificates, took), nil
}

func countCertificates(path string) (n int, err error) {
	rest, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if _, err := x509.ParseCertificate(block.Bytes); err == nil {
			n++
		}
	}
	if n < 50 {
		return n, fmt.Errorf("%s has only %d certificates", path, n)
	}
	return n, nil
}
