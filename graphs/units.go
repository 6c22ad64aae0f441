package graphs

// Unit says what a number counts, and by that how it is written.
type Unit uint8

// The units of the session's figures.
const (
	Messages       Unit = iota // how many
	PerSecond                  // messages a second
	ByteCount                  // bytes, shown in binary steps
	BytesPerSecond             // bytes a second, shown in decimal steps
	Time                       // nanoseconds: float64 of a time.Duration
	Share                      // percent: 100 is all
)

// Name is the unit as the legend of a chart has it. It is empty where every
// figure carries its own unit.
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

// Format writes a value with its unit, as long as it needs to be.
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

// Width is the most cells that Format uses for a value of zero or more.
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

// Fixed is Format with spaces on its left side, so that the figure takes the
// same cells in every frame.
func (u Unit) Fixed(v float64) string {
	return Right(u.Format(v), u.Width())
}
