package profile

import (
	"errors"
	"fmt"
	"slices"

	"pulsh/session/spec"
)

// clusterTable holds a table for each cluster beside that of the connection.
const clusterTable = "cluster"

// clusters reads the tables cluster.NAME in the order of the file.
func (d *tomlFile) clusters(path []string, table map[string]any, into *Profile) error {
	at := append(slices.Clone(path), clusterTable)
	tables, err := d.table(path, table, clusterTable)
	if err != nil {
		return err
	}
	for _, name := range d.inOrder(at, tables) {
		here := append(slices.Clone(at), name)
		if err := spec.CheckClusterName(name); err != nil {
			return d.wrong(here, err)
		}
		if name == spec.OwnCluster {
			return d.wrong(here, fmt.Errorf("%s is the cluster of the table connection", name))
		}
		one := ProfileCluster{Name: name}
		if err := readTable(d, at, tables, name, connectionSettings(), &one.Connection); err != nil {
			return err
		}
		if one.Connection.URL == "" {
			return d.wrong(here, errors.New("a cluster needs a url"))
		}
		if into.Clusters = append(into.Clusters, one); len(into.Clusters) > spec.ClustersMax {
			return d.wrong(here, fmt.Errorf("there are more than %d clusters", spec.ClustersMax))
		}
	}
	return nil
}
