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

// Width returns the largest width of Format for values of zero or more.
func (u Unit) Width() int {
	switch u {
	case PerSecond:
		return RateWidth
	case ByteCount:
		return BytesWidth
	case BytesPerSecond:
		return ByteRateWidth
	case Time:
		return LatencyWidth
	case Share:
		return PercentWidth
	}
	return CountWidth
}

// Fixed writes a value as Format does, with spaces on the left to the Width of the
// unit, so that a figure has the same width in every frame.
func (u Unit) Fixed(v float64) string {
	return Right(u.Format(v), u.Width())
}
