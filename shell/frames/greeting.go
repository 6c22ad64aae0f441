package frames

import (
	"time"

	"pulsh/graphs"
	"pulsh/session"
)

// Greeting is what a shell begins with: its version, the cluster, and what to
// type first. Ready is how long a local server took to start; zero says that it
// was not started here.
func Greeting(version string, c session.Cluster, ready time.Duration) []string {
	first := "pulsh " + version
	if c.State == session.Unconnected {
		first += " · not connected"
	} else {
		first += " · " + c.URL + " · Pulsar"
		if c.Version != "" {
			first += " " + c.Version
		}
		if ready > 0 {
			first += " (local, ready in " + graphs.Seconds(ready) + ")"
		}
	}
	return []string{
		graphs.Clean(first),
		"",
		"  produce start fast rate=50000       start sending",
		"  consume start sub1 topic=fast       start receiving",
		"  graph fast sub1                     look at both",
		"  help                                everything else (Tab completes, F1)",
		"",
	}
}

// NoBroker says that no cluster was reached, in the words of the fault, and how
// to go on: with what can be typed at the prompt, or, where there is none, with
// other options.
func NoBroker(fault string, prompt bool) []string {
	here, elsewhere := "local start", "connect pulsar://host:6650"
	if !prompt {
		here, elsewhere = "pulsh --local", "pulsh --url pulsar://host:6650"
	}
	const width = len("kubectl port-forward svc/pulsar-proxy 6650 8080")
	return []string{
		graphs.Clean(fault),
		"  try: " + graphs.Left(here, width) + "   here (Java 17, 0.5 GiB)",
		"       " + graphs.Left(elsewhere, width) + "   elsewhere",
		"       kubectl port-forward svc/pulsar-proxy 6650 8080   in Minikube",
	}
}
