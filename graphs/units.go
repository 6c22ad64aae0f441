package graphs

// Unit is the unit of a number, which decides how the number is written.
type Unit uint8

// The units of the session's figures.
const (
	Messages       Unit = iota // a count of anything
	PerSecond                  // messages a second
	ByteCount                  // bytes, shown in binary steps
	BytesPerSecond             // bytes a second, shown in decimal steps
	Time                       // nanoseconds: float64 of a time.Duration
	Share                      // percent: 100 is all
)

// Name returns the unit for the legend of a chart. It is empty for Time, because
// each label has its own unit.
func (u Unit) Name() string {
	switch u {
	case Messages:
		return "messages"
	case PerSecond:
		return "msg/s"
	case ByteCount:
		return "bytes"
	case BytesPerSecond:
		return "B/s"
	case Share:
		return "%"
	}
	return ""
}

// Format writes a value with its unit, without padding.
func (u Unit) Format(v float64) string {
	switch u {
	case PerSecond:
		return Rate(v)
	case ByteCount:
		return Bytes(v)
	case BytesPerSecond:
		return ByteRate(v)
	case Time:
		return Latency(v)
	case Share:
		return Percent(v, 1)
	}
	return Count(v)
}
