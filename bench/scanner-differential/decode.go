// Reads bodies as a server written in Go may: one line in, base64; one line out, what encoding/json saw in it as any
// value and as a struct, in the canonical text of canonical.ts. An exclamation mark stands for a refusal.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"unicode"
)

type params struct {
	Name      string `json:"name"`
	Arguments any    `json:"arguments"`
	Meta      any    `json:"_meta"`
}

type message struct {
	Version string `json:"jsonrpc"`
	ID      any    `json:"id"`
	Method  string `json:"method"`
	Params  params `json:"params"`
}

func canonical(value any) string {
	switch value := value.(type) {
	case bool:
		if value {
			return "t"
		}
		return "f"
	case json.Number:
		number, _ := strconv.ParseFloat(value.String(), 64)
		if number == 0 {
			return "#0000000000000000"
		}
		return fmt.Sprintf("#%016x", math.Float64bits(number))
	case string:
		return `"` + hex.EncodeToString([]byte(value))
	case []any:
		items := make([]string, len(value))
		for index, item := range value {
			items[index] = canonical(item)
		}
		return "[" + strings.Join(items, ",") + "]"
	case map[string]any:
		members := make([]string, 0, len(value))
		for name, member := range value {
			members = append(members, hex.EncodeToString([]byte(name))+":"+canonical(member))
		}
		sort.Slice(members, func(a, b int) bool { return before(members[a], members[b]) })
		return "{" + strings.Join(members, ",") + "}"
	default:
		return "n"
	}
}

func before(a, b string) bool {
	left, _, _ := strings.Cut(a, ":")
	right, _, _ := strings.Cut(b, ":")
	return left < right
}

func canonicalMessage(m message) string {
	parts := []string{
		canonical(m.Version), canonical(m.ID), canonical(m.Method),
		canonical(m.Params.Name), canonical(m.Params.Arguments), canonical(m.Params.Meta),
	}
	return "(" + strings.Join(parts, ",") + ")"
}

func decode(body []byte, into any) bool {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return decoder.Decode(into) == nil && !decoder.More()
}

func seenAsAny(body []byte) string {
	var value any
	if !decode(body, &value) {
		return "!"
	}
	return canonical(value)
}

func seenAsMessage(body []byte) string {
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		var batch []message
		if !decode(body, &batch) {
			return "!"
		}
		items := make([]string, len(batch))
		for index, item := range batch {
			items[index] = canonicalMessage(item)
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	var one message
	if !decode(body, &one) {
		return "!"
	}
	return canonicalMessage(one)
}

// Every character beside the next one that a reader without an eye for case takes it for.
func printFolds(out *bufio.Writer) {
	for point := rune(0); point <= unicode.MaxRune; point++ {
		if other := unicode.SimpleFold(point); other != point {
			fmt.Fprintf(out, "%x %x\n", point, other)
		}
	}
}

func main() {
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	defer out.Flush()
	if len(os.Args) > 1 && os.Args[1] == "folds" {
		printFolds(out)
		return
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		body, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		if err != nil {
			panic(err)
		}
		out.WriteString(seenAsAny(body) + " " + seenAsMessage(body) + "\n")
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}
