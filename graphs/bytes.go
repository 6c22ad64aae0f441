package graphs

import "strconv"

// ByteRateWidth is the largest width that ByteRate returns for values of zero or
// more, such as 48.8 MB/s. A negative value may take one column more.
const ByteRateWidth = 9

const (
	kibi          = 1024
	binaryLetters = "KMGTPE"
)

// ByteRate writes bytes a second in decimal steps, as in the data sheets of
// networks and disks: 512 B/s; 48.8 MB/s is 48.8 million bytes a second.
func ByteRate(v float64) string {
	if text, ok := unmeasured(v); ok {
		if text == NoValue {
			return text
		}
		return text + " B/s"
	}
	minus, size := sign(v)
	if size < 999.5 {
		if size > 0 && size < 0.5 {
			return almost0 + " B/s"
		}
		return signed(minus, strconv.FormatFloat(size, 'f', 0, 64)) + " B/s"
	}
	for _, letter := range decimalLetters {
		size /= 1000
		if size < 999.5 {
			return minus + threeDigits(size) + " " + string(letter) + "B/s"
		}
	}
	if minus != "" {
		return "<-999 EB/s"
	}
	return ">999 EB/s"
}

// signed puts a sign before all digits but "0".
func signed(minus, digits string) string {
	if digits == "0" {
		return digits
	}
	return minus + digits
}

// Bytes writes a size in binary steps, without zeros at the end of a fraction:
// 512 B, 1 KiB, 1.5 KiB, 64 MiB.
func Bytes(v float64) string {
	if text, ok := unmeasured(v); ok {
		return text
	}
	minus, size := sign(v)
	if size < kibi-0.5 {
		return signed(minus, strconv.FormatFloat(size, 'f', 0, 64)) + " B"
	}
	for _, letter := range binaryLetters {
		size /= kibi
		if size < kibi-0.5 {
			return minus + binaryDigits(size) + " " + string(letter) + "iB"
		}
	}
	if minus != "" {
		return "<-999 EiB"
	}
	return ">999 EiB"
}

// binaryDigits writes a value below 1024. It has one decimal if the value is below
// 100 and the decimal is not zero.
func binaryDigits(size float64) string {
	if size >= 99.95 {
		return strconv.FormatFloat(size, 'f', 0, 64)
	}
	text := strconv.FormatFloat(size, 'f', 1, 64)
	if text[len(text)-1] == '0' {
		return text[:len(text)-2]
	}
	return text
}

// Memory writes a size in binary steps and short, for a status row: 512B, 64M,
// 1.9G.
func Memory(v float64) string {
	if text, ok := unmeasured(v); ok {
		return text
	}
	minus, size := sign(v)
	if size < kibi-0.5 {
		return signed(minus, strconv.FormatFloat(size, 'f', 0, 64)) + "B"
	}
	for _, letter := range binaryLetters {
		size /= kibi
		if size < kibi-0.5 {
			decimals := 0
			if size < 9.95 {
				decimals = 1
			}
			return minus + strconv.FormatFloat(size, 'f', decimals, 64) + string(letter)
		}
	}
	return beyond(minus)
}
