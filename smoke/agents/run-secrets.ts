import { type CodexHome, secretsOf } from './codex-mirror.ts'

/**
 * What nothing may show that is kept of a run, as it is now: a sign-in that is renewed makes it more. What was known once stays
 * so, and a copy that cannot be read, for its agent has spoilt it, tells nothing new.
 */
export function runSecrets(
  fixed: readonly string[],
  readMirror: () => CodexHome | undefined,
): () => readonly string[] {
  const known = new Set(fixed)
  return () => {
    try {
      const mirror = readMirror()
      if (mirror !== undefined) for (const secret of secretsOf(mirror)) known.add(secret)
    } catch {
      // Whoever uses it says what is wrong with it.
    }
    return [...known]
  }
}
