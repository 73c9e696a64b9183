// Checks proofs with other people's code: the Merkle part of the npm package @sigstore/verify.
//
//   node inclusion.js <node_modules>  < JSON list of {index, size, root, body, hashes}; bytes in base64
//
// Prints one word for each: ok or bad.
const fs = require("fs");
const path = require("path");

const { verifyMerkleInclusion } = require(path.join(process.argv[2], "@sigstore", "verify", "dist", "tlog", "merkle.js"));

for (const one of JSON.parse(fs.readFileSync(0, "utf8"))) {
  const bytes = (text) => Buffer.from(text, "base64");
  const entry = {
    canonicalizedBody: bytes(one.body),
    inclusionProof: { logIndex: String(one.index), treeSize: String(one.size), hashes: one.hashes.map(bytes) },
  };
  try {
    verifyMerkleInclusion(entry, { logSize: BigInt(one.size), logHash: bytes(one.root) });
    console.log("ok");
  } catch (error) {
    if (error.name !== "VerificationError") throw error;
    console.log("bad");
  }
}
