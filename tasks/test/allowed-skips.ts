/** Reasons that a test may give in CI for being skipped: components that are not to be had on build machines. */
export const allowedSkips: readonly RegExp[] = [
  /\b(?:conda|mamba|micromamba|uv)\b/,
  /\bgdb (?:>=|≥) ?14\b/,
  /\bDocker engine\b/,
  /\bKubernetes\b/,
  /\bVS Code\b/,
  /\blive model\b/,
  /\brr\b/,
  /\bmacOS\b/,
  /\bWindows\b/,
]
