// What a bundle may be at most; the same numbers as in limits.py, where each is explained.

export const LIMITS = {
  archiveBytes: 2 * 1024 ** 3,
  unpackedBytes: 2 * 1024 ** 3,
  fileBytes: 64 * 1024 ** 2,
  files: 65535,
  ratio: 200,
  ratioFreeBytes: 64 * 1024,
  nameBytes: 200,
  noteBytes: 64 * 1024,
  signatures: 64,
  proofBytes: 80 * 1024,
  proofHashes: 63,
  jsonDepth: 32,
  lineBytes: 64 * 1024,
  policyBytes: 64 * 1024,
  policyLines: 256,
  findings: 20,
};
