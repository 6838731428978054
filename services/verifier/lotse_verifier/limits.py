"""What a bundle may be at most: beyond these it is refused before it is read further.

Each stands in docs/guides/bundle.md as well; the page in `web/` has the same numbers.
"""

ARCHIVE_BYTES_MAX = 2 * 1024**3
UNPACKED_BYTES_MAX = 2 * 1024**3
FILE_BYTES_MAX = 64 * 1024**2
FILES_MAX = 65_535  # what a ZIP can count without ZIP64
RATIO_MAX = 200  # unpacked to packed; our lists and hashes stay below 30
RATIO_FREE_BYTES = 64 * 1024  # below this a file may be as repetitive as it likes
NAME_BYTES_MAX = 200
NOTE_BYTES_MAX = 64 * 1024
SIGNATURES_MAX = 64  # the specification wants 16 at least
PROOF_BYTES_MAX = 80 * 1024
PROOF_HASHES_MAX = 63  # a tree of 2^63 entries. Source: C2SP tlog-proof, tlog-witness
JSON_DEPTH_MAX = 32
LEAF_BYTES_MAX = 65_535  # a tile bundle writes a leaf's length in two bytes. Source: C2SP tlog-tiles
LINE_BYTES_MAX = 64 * 1024
POLICY_BYTES_MAX = 64 * 1024
POLICY_LINES_MAX = 256
SIZE_MAX = 2**53 - 1
SAFE_INTEGER = 2**53 - 1  # what JSON carries exactly. Source: RFC 8785, section 3.2.2.3
FINDINGS_MAX = 20  # that one check reports
CHUNK_BYTES = 1024 * 1024
