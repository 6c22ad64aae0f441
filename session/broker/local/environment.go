package local

import (
	"slices"
	"strings"

	"pulsh/session/secret"
)

// withoutSecrets returns the environment without the variables that hold a
// secret, and without those of pulsh itself, which neither the supervisor nor
// the server reads: any process of the user can see the environment of a server
// that runs for days.
func withoutSecrets(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		return strings.HasPrefix(variable, "PULSH_") || secret.In(variable)
	})
}
