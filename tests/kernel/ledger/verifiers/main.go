// Command main audits an exported log with other people's code: golang.org/x/mod/sumdb.
//
//	main <export folder> <verifier key> [<folder of entries with proofs>]
//
// It checks the checkpoint's signature, every entry against the tiles, the root recomputed from all entries, consistency
// proofs between many sizes, and each .tlog-proof beside its entry. It prints what is wrong and exits with 1.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

func fail(format string, values ...interface{}) {
	fmt.Printf("FAILED: "+format+"\n", values...)
	os.Exit(1)
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

// path tells where a tile lies in the layout of C2SP tlog-tiles, which leaves out the height that Go's Tile.Path names.
func path(level string, n int64, w int) string {
	place := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		place = fmt.Sprintf("x%03d/%s", n%1000, place)
	}
	place = "tile/" + level + "/" + place
	if w < width {
		place += ".p/" + strconv.Itoa(w)
	}
	return place
}

type folder string

func (f folder) Height() int                      { return height }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), path(strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func openCheckpoint(text []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(text, note.VerifierList(verifier))
	must(err, "signature")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail("checkpoint: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return tlog.Tree{N: size, Hash: root}
}

// audit hashes every entry, compares it with its tile, and returns all hashes of the tree grown from the entries.
func audit(from string, tree tlog.Tree, tiles tlog.HashReader) []tlog.Hash {
	var stored []tlog.Hash
	memory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	for start := int64(0); start < tree.N; start += width {
		w := int64(width)
		if tree.N-start < w {
			w = tree.N - start
		}
		bundle, err := os.ReadFile(filepath.Join(from, path("entries", start/width, int(w))))
		must(err, "bundle")
		var indexes []int64
		for i := start; i < start+w; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, i))
		}
		recorded, err := tiles.ReadHashes(indexes)
		must(err, "tiles")
		for i := start; i < start+w; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				fail("bundle ends before index %d", i)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			hash := tlog.RecordHash(bundle[2 : 2+length])
			bundle = bundle[2+length:]
			if hash != recorded[i-start] {
				fail("bad entry at index %d", i)
			}
			more, err := tlog.StoredHashesForRecordHash(i, hash, memory)
			must(err, "growing")
			stored = append(stored, more...)
		}
		if len(bundle) != 0 {
			fail("bundle %d is too long", start/width)
		}
	}
	root, err := tlog.TreeHash(tree.N, memory)
	must(err, "root of the entries")
	if root != tree.Hash {
		fail("the entries do not give the signed root")
	}
	for old := int64(1); old <= tree.N; old += 1 + tree.N/200 {
		proof, err := tlog.ProveTree(tree.N, old, tiles)
		must(err, "proving consistency")
		before, err := tlog.TreeHash(old, memory)
		must(err, "older root")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, old, before), "consistency")
	}
	return stored
}

// checkProofs checks every proof file and compares it with the proof made from our tiles by Go's code.
func checkProofs(from string, verifier note.Verifier, tiles tlog.HashReader) int {
	files, err := filepath.Glob(filepath.Join(from, "*.tlog-proof"))
	must(err, "proofs")
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(err, "proof")
		entry, err := os.ReadFile(strings.TrimSuffix(file, ".tlog-proof") + ".json")
		must(err, "entry")
		parts := strings.SplitN(string(text), "\n\n", 2)
		lines := strings.Split(parts[0], "\n")
		if len(parts) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
			fail("%s is not a proof", file)
		}
		tree := openCheckpoint([]byte(parts[1]), verifier)
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		must(err, "index")
		var proof tlog.RecordProof
		for _, line := range lines[2:] {
			raw, err := base64.StdEncoding.DecodeString(line)
			must(err, "hash")
			var hash tlog.Hash
			copy(hash[:], raw)
			proof = append(proof, hash)
		}
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)), file)
		own, err := tlog.ProveRecord(tree.N, index, tiles)
		must(err, "proving")
		if fmt.Sprint(own) != fmt.Sprint(proof) {
			fail("%s differs from the proof made from the tiles", file)
		}
	}
	return len(files)
}

func main() {
	verifier, err := note.NewVerifier(os.Args[2])
	must(err, "key")
	text, err := os.ReadFile(filepath.Join(os.Args[1], "checkpoint"))
	must(err, "checkpoint")
	tree := openCheckpoint(text, verifier)
	tiles := tlog.TileHashReader(tree, folder(os.Args[1]))
	audit(os.Args[1], tree, tiles)
	proofs := 0
	if len(os.Args) > 3 {
		proofs = checkProofs(os.Args[3], verifier, tiles)
	}
	fmt.Printf("ok: %d entries, %d proofs\n", tree.N, proofs)
}
