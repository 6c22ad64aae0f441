package protocol

import (
	"strconv"
	"strings"
)

const partitionSuffix = "-partition-"

// PartitionName is the name of partition i of a topic.
func PartitionName(topic string, i int) string {
	return topic + partitionSuffix + strconv.Itoa(i)
}

// SplitPartition takes a partition's number off its name; it is -1 where the
// name is not that of a partition.
func SplitPartition(name string) (topic string, partition int) {
	at := strings.LastIndex(name, partitionSuffix)
	if at <= 0 {
		return name, -1
	}
	digits := name[at+len(partitionSuffix):]
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || strconv.Itoa(n) != digits {
		return name, -1
	}
	return name[:at], n
}

// FullTopic is the full name of a topic that may be written short: a name alone
// is one in persistent://public/default.
func FullTopic(name string) string {
	switch {
	case strings.Contains(name, "://"):
		return name
	case strings.Count(name, "/") == 2:
		return "persistent://" + name
	}
	return "persistent://public/default/" + name
}
