package produce

import (
	"fmt"

	"pulsh/session/broker"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// checkMemoryLimit refuses producers that could not have one message each in flight within
// the memory_limit of the connection: they would never send.
func (o *opener) checkMemoryLimit(settings spec.Producer) error {
	limit, largest, producers := o.memoryLimit(), int64(o.largest(settings)), int64(settings.ProducerCount())
	if limit == 0 || limit/largest >= producers {
		return nil
	}
	e := &broker.Error{Category: broker.TooLarge, Try: fmt.Sprintf("set %s producers=%d", o.group.Name(), max(limit/largest, 1))}
	one := "a message of up to " + payload.FormatBytes(largest)
	switch {
	case limit < largest:
		e.Message = fmt.Sprintf("memory_limit=%s of the connection is less than %s", payload.FormatBytes(limit), one)
		e.Try = fmt.Sprintf("set %s size=%s", o.group.Name(), settings.Size.Within(int(limit)))
	case settings.TopicCount() > 1:
		e.Message = fmt.Sprintf("memory_limit=%s of the connection is less than %d producers need, each with %s in flight", payload.FormatBytes(limit), producers, one)
		e.Try = fmt.Sprintf("set %s topics=%d", o.group.Name(), max(limit/largest, 1))
	default:
		e.Message = fmt.Sprintf("memory_limit=%s of the connection is less than %d producers need, each with %s in flight", payload.FormatBytes(limit), producers, one)
	}
	return e
}

// pendingMost returns how many messages the group may have in flight: its pending, or fewer
// so that their bodies stay within the memory_limit of the connection.
func (o *opener) pendingMost(settings spec.Producer) int {
	limit := o.memoryLimit()
	if limit == 0 {
		return settings.Pending
	}
	return int(min(int64(settings.Pending), limit/int64(o.largest(settings))))
}

// memoryLimit is the memory_limit of the connection, 0 for none, and while there is no
// connection.
func (o *opener) memoryLimit() int64 {
	cluster := o.group.Cluster()
	if cluster == nil {
		return 0
	}
	return cluster.Now().MemoryLimit
}

// largest returns the bytes of the largest body that the group makes, at least 1.
func (o *opener) largest(settings spec.Producer) int {
	if own := o.own(); own != nil {
		return max(own.Largest(), 1)
	}
	return max(settings.Size.Max(), 1)
}
