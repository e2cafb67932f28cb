package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/json"
	sigsyaml "sigs.k8s.io/yaml"
)

// drain is the longest that serve takes to stop; see cmd/logbot/app/shutdown.go.
const drain = 29 * time.Second

// kubeVersion is the Kubernetes that the chart is rendered for.
const kubeVersion = "1.34.0"

// usual are the values that everybody must give.
func usual() []string {
	return []string{"--set", "existingSecret=logbot", "--set", "settings.HUAWEICLOUD_REGION=cn-north-4"}
}

// runHelm runs Helm on the chart and returns what it printed on standard output.
func (d deployment) runHelm(ctx context.Context, args ...string) (string, error) {
	words := append(strings.Fields(d.helm), args...)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return "", unchecked(words[0] + " is not installed")
	}
	if err != nil {
		return out.String(), fmt.Errorf("helm %s: %w\n%s%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String(), nil
}

func (d deployment) chart() string { return filepath.Join(d.folder, "chart") }

func (d deployment) checkLint(ctx context.Context) (string, error) {
	version, err := d.runHelm(ctx, "version", "--template", "{{.Version}}")
	if err != nil {
		return "", unchecked("Helm does not run: " + err.Error())
	}
	_, err = d.runHelm(ctx, append([]string{"lint", "--strict", "--kube-version", kubeVersion, d.chart()}, usual()...)...)
	return "Helm " + strings.TrimSpace(version), err
}

// rendered are the objects that the chart makes.
type rendered struct {
	deployment *appsv1.Deployment
	budget     *policyv1.PodDisruptionBudget
	configs    []*corev1.ConfigMap
	kinds      []string
}

// render decodes strictly: a field that Kubernetes does not know is an error.
func (d deployment) render(ctx context.Context, args ...string) (rendered, error) {
	text, err := d.runHelm(ctx, append([]string{"template", "logbot", d.chart(), "--kube-version", kubeVersion}, args...)...)
	if err != nil {
		return rendered{}, err
	}
	var r rendered
	for documents := yaml.NewYAMLReader(newReader(text)); ; {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return r, nil
		}
		if err != nil {
			return r, err
		}
		var meta metav1.TypeMeta
		if err := sigsyaml.Unmarshal(document, &meta); err != nil {
			return r, err
		}
		if meta.Kind == "" {
			continue
		}
		var object any
		switch meta.APIVersion + " " + meta.Kind {
		case "apps/v1 Deployment":
			r.deployment = &appsv1.Deployment{}
			object = r.deployment
		case "policy/v1 PodDisruptionBudget":
			r.budget = &policyv1.PodDisruptionBudget{}
			object = r.budget
		case "v1 ConfigMap":
			c := &corev1.ConfigMap{}
			r.configs, object = append(r.configs, c), c
		default:
			return r, fmt.Errorf("%s %s is not expected; teach this check about it", meta.APIVersion, meta.Kind)
		}
		if err := decode(document, object); err != nil {
			return r, fmt.Errorf("%s: %w\n%s", meta.Kind, err, document)
		}
		r.kinds = append(r.kinds, meta.Kind)
	}
}

// decode is as strict as the API server with fieldValidation=Strict: it refuses unknown
// and repeated fields, and those that differ in capitals.
func decode(document []byte, object any) error {
	text, err := sigsyaml.YAMLToJSONStrict(document)
	if err != nil {
		return err
	}
	strict, err := json.UnmarshalStrict(text, object)
	return errors.Join(append(strict, err)...)
}

func (d deployment) checkChart(ctx context.Context) (string, error) {
	known, err := d.settings(ctx)
	if err != nil {
		return "", err
	}
	first := rendered{}
	for name, args := range map[string][]string{
		"the usual values": usual(),
		"all values": append(usual(), "--set", "image.digest=sha256:"+strings.Repeat("a", 64), "--set", "imagePullSecrets[0].name=x",
			"--set", "existingConfigMap=mine", "--set", "podAnnotations.a=b", "--set", "podLabels.team=ci", "--set", "nodeSelector.a=b",
			"--set", "tolerations[0].operator=Exists", "--set-json", `affinity={"nodeAffinity":{}}`, "--set", "extraEnv[0].name=HTTPS_PROXY",
			"--set", "extraEnv[0].value=http://proxy:3128", "--set", "extraVolumes[0].name=ca", "--set", "extraVolumes[0].configMap.name=ca",
			"--set", "extraVolumeMounts[0].name=ca", "--set", "extraVolumeMounts[0].mountPath=/etc/ssl/ours", "--set", "settings.LOGBOT_OPEN=true"),
	} {
		r, err := d.render(ctx, args...)
		if err != nil {
			return "", fmt.Errorf("with %s: %w", name, err)
		}
		if err := r.judge(known); err != nil {
			return "", fmt.Errorf("with %s: %w", name, err)
		}
		if first.deployment == nil || len(r.kinds) > len(first.kinds) {
			first = r
		}
	}
	if len(first.configs) != 1 || first.configs[0].Data["config.yaml"] == "" {
		return "", errors.New("the configuration is not rendered as config.yaml")
	}
	return strings.Join(first.kinds, ", ") + "; Kubernetes " + kubeVersion, nil
}

// judge returns what would lose a command, or not start.
func (r rendered) judge(known map[string]bool) error {
	if r.deployment == nil || r.budget == nil {
		return errors.New("a Deployment and a PodDisruptionBudget are expected")
	}
	spec, pod := r.deployment.Spec, r.deployment.Spec.Template.Spec
	var errs []error
	expect := func(ok bool, what string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(what, args...))
		}
	}
	podLabels := labels.Set(spec.Template.Labels)
	for of, s := range map[string]*metav1.LabelSelector{"Deployment": spec.Selector, "PodDisruptionBudget": r.budget.Spec.Selector} {
		selector, err := metav1.LabelSelectorAsSelector(s)
		expect(err == nil && !selector.Empty() && selector.Matches(podLabels), "%s does not select the pods", of)
	}
	expect(*spec.Replicas == 2, "%d replicas", *spec.Replicas)
	rolling := spec.Strategy.RollingUpdate
	expect(rolling != nil && *rolling.MaxUnavailable == intstr.FromInt32(0) && *rolling.MaxSurge == intstr.FromInt32(1), "an update takes a replica away before the new one is ready")
	grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second
	expect(grace > drain, "terminationGracePeriodSeconds is %v; serve takes up to %v", grace, drain)
	expect(*pod.SecurityContext.RunAsNonRoot && *pod.SecurityContext.RunAsUser != 0, "it may run as root")
	expect(!*pod.AutomountServiceAccountToken, "it gets a token of the cluster")
	if len(pod.Containers) != 1 {
		return errors.Join(append(errs, errors.New("one container is expected"))...)
	}
	c := pod.Containers[0]
	expect(*c.SecurityContext.ReadOnlyRootFilesystem, "the root file system is writable")
	ports := map[string]bool{}
	for _, p := range c.Ports {
		ports[p.Name] = true
	}
	for name, p := range map[string]*corev1.Probe{"liveness": c.LivenessProbe, "readiness": c.ReadinessProbe} {
		expect(p != nil && p.HTTPGet != nil && ports[p.HTTPGet.Port.StrVal], "the %s probe asks no port of the container", name)
	}
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
	}
	for _, m := range c.VolumeMounts {
		expect(volumes[m.Name], "there is no volume %s", m.Name)
	}
	var names []string
	secret := map[string]bool{}
	for _, e := range c.Env {
		if e.Name != "HTTPS_PROXY" { // of extraEnv above
			names = append(names, e.Name)
		}
		secret[e.Name] = e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil
	}
	for _, name := range []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "REDIS_URL"} {
		expect(secret[name], "%s does not come from the secret", name)
	}
	return errors.Join(append(errs, unknown(known, names, "env"))...)
}

func (d deployment) checkWrongValues(ctx context.Context) (string, error) {
	if _, err := d.runHelm(ctx, "version"); err != nil {
		return "", unchecked("Helm does not run")
	}
	wrong := map[string][]string{
		"existingSecret":     {"--set", "settings.HUAWEICLOUD_REGION=cn-north-4"},
		"HUAWEICLOUD_REGION": {"--set", "existingSecret=logbot"},
		"replicaCount":       append(usual(), "--set", "replicaCount=3"),
		"replicas":           append(usual(), "--set", "replicas=20"),
	}
	for says, args := range wrong {
		_, err := d.render(ctx, args...)
		if err == nil {
			return "", fmt.Errorf("%v is accepted", args)
		}
		if !strings.Contains(err.Error(), says) {
			return "", fmt.Errorf("%v: the error does not name %s: %w", args, says, err)
		}
	}
	return fmt.Sprintf("%d, each named", len(wrong)), nil
}
