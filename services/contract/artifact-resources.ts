import { z } from 'zod'
import { parsePathGlob } from '../../lib/path-glob.ts'
import { instant, nullFree } from './fields.ts'
import { artifactId, commandId, sessionId } from './ids.ts'

/** Which files are kept when a command has ended: a pattern, relative to the top of the worktree. See lib/path-glob.ts. */
export const artifactGlob = nullFree(1_000).superRefine((text, context) => {
  const parsed = parsePathGlob(text)
  if (!parsed.ok) context.addIssue({ code: 'custom', message: `the pattern ${parsed.reason}` })
})

export const artifactGlobs = z.array(artifactGlob).max(100).default([])

export const artifactKinds = ['junit', 'coverage', 'core', 'file'] as const
export type ArtifactKind = (typeof artifactKinds)[number]

/** What the cases of a JUnit report add up to: counted, not taken from what the report says of itself. */
export const junitSummarySchema = z.object({
  tests: z.int(),
  failures: z.int(),
  errors: z.int(),
  skipped: z.int(),
  /** Seconds, as the report has them. */
  time: z.number(),
})
export type JunitSummary = z.infer<typeof junitSummarySchema>

export const coreSummarySchema = z.object({
  /** The name of the program, of which the kernel keeps the first 15 bytes. */
  program: z.string(),
  /** The number of the signal that ended it. */
  signal: z.int().nullable(),
  /** Its executable, where that lies in the worktree: an artifact of the same command. */
  executable: artifactId.schema.nullable(),
})
export type CoreSummary = z.infer<typeof coreSummarySchema>

export const artifactSchema = z.object({
  id: artifactId.schema,
  session: sessionId.schema,
  command: commandId.schema,
  /** Where it lay, relative to the top of the worktree. */
  path: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  media_type: z.string(),
  kind: z.enum(artifactKinds),
  /** Of a JUnit report and of a core dump; null for any other, and where it could not be read to its end. */
  summary: z.union([junitSummarySchema, coreSummarySchema]).nullable(),
  created_at: instant,
})
export type Artifact = z.infer<typeof artifactSchema>

/**
 * Why something was not kept. `too_many`, `too_large`: it did not fit into what one command may keep. `late`: collecting
 * took too long. `not_stored`: the server could not write it.
 */
export const leftOutReasons = [
  'no_match',
  'outside_worktree',
  'not_a_file',
  'unreadable',
  'too_many',
  'too_large',
  'late',
  'not_stored',
] as const
export type LeftOutReason = (typeof leftOutReasons)[number]

/** What became of a command's wish for artifacts. */
export const collectionSchema = z.object({
  collected: z.int(),
  /** How many paths and patterns were left out. */
  left_out: z.int(),
  /** The first of them: a path, or a pattern without a match. */
  left_out_paths: z.array(z.object({ path: z.string(), reason: z.enum(leftOutReasons) })),
})
export type Collection = z.infer<typeof collectionSchema>
