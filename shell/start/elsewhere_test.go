package start

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"pulsh/commands"
)

// The manifests and the Dockerfile of examples are not run by any test: there
// is no container engine where tests run. What they name is held to exist.

// manifest is what these tests ask of an object of Kubernetes.
type manifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct {
		Name, Namespace string
		Labels          map[string]string
	}
	Data map[string]string
	Spec struct {
		Selector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		}
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     pod
		}
	}
}

type pod struct {
	RestartPolicy   string `yaml:"restartPolicy"`
	SecurityContext struct {
		RunAsNonRoot bool `yaml:"runAsNonRoot"`
		RunAsUser    int  `yaml:"runAsUser"`
	} `yaml:"securityContext"`
	Containers []struct {
		Name, Image string
		Command     []string
		Args        []string
		TTY, Stdin  bool
		EnvFrom     []struct {
			ConfigMapRef struct{ Name string } `yaml:"configMapRef"`
		} `yaml:"envFrom"`
		Env             []struct{ Name, Value string }
		SecurityContext struct {
			AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
			ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
		} `yaml:"securityContext"`
		VolumeMounts []struct {
			Name      string
			MountPath string `yaml:"mountPath"`
			ReadOnly  bool   `yaml:"readOnly"`
		} `yaml:"volumeMounts"`
	}
	Volumes []volume
}

type volume struct {
	Name      string
	ConfigMap struct{ Name string } `yaml:"configMap"`
	Secret    struct {
		SecretName string `yaml:"secretName"`
		Optional   bool
	}
	EmptyDir *struct{} `yaml:"emptyDir"`
}

// manifests reads all objects of the examples, by kind and name, with the text
// of the file that each is in.
func manifests(t *testing.T) (objects map[string]manifest, texts map[string]string) {
	t.Helper()
	files, err := filepath.Glob("../../examples/kubernetes/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	objects, texts = map[string]manifest{}, map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		texts[filepath.Base(file)] = string(text)
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		for {
			var m manifest
			err := decoder.Decode(&m)
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, file)
			require.NotEmpty(t, m.APIVersion, file)
			require.NotEmpty(t, m.Metadata.Name, file)
			require.NotEmpty(t, m.Metadata.Namespace, "%s: kubectl would put it wherever it is", file)
			require.NotContains(t, objects, m.Kind+" "+m.Metadata.Name, file)
			objects[m.Kind+" "+m.Metadata.Name] = m
		}
	}
	return objects, texts
}

// image is what the Dockerfile makes.
func image(t *testing.T) (text string, user, home string) {
	t.Helper()
	body, err := os.ReadFile("../../examples/Dockerfile")
	require.NoError(t, err)
	text = string(body)
	find := func(pattern string) string {
		match := regexp.MustCompile("(?m)" + pattern).FindStringSubmatch(text)
		require.Len(t, match, 2, pattern)
		return match[1]
	}
	binary := find(`^ENTRYPOINT \["(.*)"\]$`)
	require.Equal(t, "/out"+binary, find(`go build .* -o (\S+) \.`))
	require.Contains(t, text, "COPY --from=build /out /\n")
	mod, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	require.Contains(t, string(mod), "\ngo "+find(`^FROM golang:(\S+) AS build$`), "the compiler is the one that go.mod asks for")
	require.Equal(t, path.Dir(binary), find(`PATH=(\S+)`))
	user, home = find(`^USER (\d+):\d+$`), find(`HOME=(\S+)`)
	require.NotEqual(t, "0", user)
	require.Contains(t, text, "chown "+user+":"+user+" /out"+home)
	require.Equal(t, home, find(`^WORKDIR (/home\S*)$`))
	return text, user, home
}

func TestTheImageIsWhatTheManifestsRun(t *testing.T) {
	objects, texts := manifests(t)
	dockerfile, user, home := image(t)
	for _, name := range []string{"Job pulsh-smoke", "Deployment pulsh"} {
		m, ok := objects[name]
		require.True(t, ok, name)
		p := m.Spec.Template.Spec
		require.True(t, p.SecurityContext.RunAsNonRoot)
		require.Equal(t, user, regexp.MustCompile(`\d+`).FindString(yamlText(t, p.SecurityContext.RunAsUser)))
		for key, value := range m.Spec.Selector.MatchLabels {
			require.Equal(t, value, m.Spec.Template.Metadata.Labels[key])
		}
		require.Len(t, p.Containers, 1)
		c := p.Containers[0]
		require.Empty(t, c.Command, "the image says what runs")
		require.Contains(t, dockerfile, "-t "+c.Image+" ")
		require.True(t, c.SecurityContext.ReadOnlyRootFilesystem)
		require.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
		require.Equal(t, c.TTY, c.Stdin)
		options := environment(t, name, objects, texts)
		mounted := map[string]volume{}
		for _, mount := range c.VolumeMounts {
			i := slices.IndexFunc(p.Volumes, func(v volume) bool { return v.Name == mount.Name })
			require.GreaterOrEqual(t, i, 0, mount.Name)
			mounted[mount.MountPath] = p.Volumes[i]
		}
		require.NotNil(t, mounted[home].EmptyDir, "history and profiles need a place to be written")
		for _, file := range options.Files {
			script, ok := objects["ConfigMap "+mounted[path.Dir(file)].ConfigMap.Name].Data[path.Base(file)]
			require.True(t, ok, file)
			_, err := commands.ParseScript(file, script)
			require.NoError(t, err)
		}
		token := options.Environment.TokenFile.Value
		secret := mounted[path.Dir(token)].Secret
		require.True(t, secret.Optional, "a cluster without tokens has no such Secret")
		require.Contains(t, texts["cluster.yaml"], "kubectl create secret generic "+secret.SecretName+" -n "+m.Metadata.Namespace+" --from-file="+path.Base(token)+"=")
	}
}

// environment reads the options of a container from its arguments and all its
// variables, with those that cluster.yaml has as comments.
func environment(t *testing.T, name string, objects map[string]manifest, texts map[string]string) Options {
	t.Helper()
	c := objects[name].Spec.Template.Spec.Containers[0]
	env := map[string]string{}
	for _, from := range c.EnvFrom {
		shared, ok := objects["ConfigMap "+from.ConfigMapRef.Name]
		require.True(t, ok, from.ConfigMapRef.Name)
		for key, value := range shared.Data {
			env[key] = value
		}
	}
	for _, match := range regexp.MustCompile(`(?m)^  # (PULSH_\w+): (\S+)$`).FindAllStringSubmatch(texts["cluster.yaml"], -1) {
		env[match[1]] = match[2]
	}
	require.Contains(t, env, "PULSH_TOKEN_FILE")
	for _, one := range c.Env {
		env[one.Name] = one.Value
	}
	known := []string{"TERM", "GOMEMLIMIT", "GOMAXPROCS", "GOGC", "NO_COLOR", envToken}
	for _, row := range optionList() {
		known = append(known, row.variable)
	}
	for key, value := range env {
		require.Contains(t, known, key)
		require.NotEmpty(t, value, key)
	}
	options, err := ReadOptions(c.Args, func(name string) string { return env[name] })
	require.NoError(t, err)
	require.False(t, options.Local, "there is no Java in the image")
	return options
}

func yamlText(t *testing.T, value any) string {
	t.Helper()
	text, err := yaml.Marshal(value)
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

func TestTheFilesThatExamplesNameAreThere(t *testing.T) {
	_, texts := manifests(t)
	texts["Dockerfile"], _, _ = image(t)
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	texts["README.md"] = string(readme)
	for name, text := range texts {
		for _, file := range regexp.MustCompile(`examples/[\w./-]*\w`).FindAllString(text, -1) {
			_, err := os.Stat(filepath.Join("..", "..", file)) // a file or a folder
			require.NoError(t, err, name)
		}
	}
}
