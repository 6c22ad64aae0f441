package graphs

import "strconv"

// The most cells that the functions of this file use for a value of zero or
// more; a negative value may take one cell more for its sign.
const (
	ByteRateWidth = 9 // 48.8 MB/s
	BytesWidth    = 8 // 1023 MiB
	MemoryWidth   = 5 // 1023M
)

const (
	kibi          = 1024
	binaryLetters = "KMGTPE"
)

// ByteRate shows bytes a second in decimal steps, as networks and disks are
// sold: 512 B/s, 48.8 MB/s is 48.8 million bytes a second. It takes at most
// ByteRateWidth cells.
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

// signed puts the sign before digits other than zero.
func signed(minus, digits string) string {
	if digits == "0" {
		return digits
	}
	return minus + digits
}

// Bytes shows a size in binary steps: 512 B, 1 KiB, 1.5 KiB, 64 MiB. Zeros
// behind the point are left out. It takes at most BytesWidth cells.
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

// binaryDigits writes a value below 1024 with one decimal below 100, and none
// where the decimal would be zero.
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

// Memory shows a size in binary steps as short as a status row needs it: 512B,
// 64M, 1.9G. It takes at most MemoryWidth cells.
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
