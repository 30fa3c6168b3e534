import { z } from 'zod'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { readPlainFile } from '../../lib/plain-file.ts'
import { isNameOfGroup } from '../sandbox/run-group.ts'
import type { Places } from './places.ts'

const identitySchema = z.object({ pid: z.number().int().positive(), startTime: z.string() })

const markerSchema = z.object({
  version: z.literal(1),
  run: z.string(),
  created_at: z.iso.datetime(),
  /** What every process of the run bears: see process-scope.ts. */
  marks: z.array(z.string().regex(/^[\w-]+$/)),
  /** The control groups that they are in, where there are any. */
  groups: z.array(z.string().refine(isNameOfGroup)),
  /** The process that holds the lock as long as it lives. */
  harness: identitySchema.optional(),
  /** The one that moves out where that was killed. */
  keeper: identitySchema.optional(),
  /** Whether it is to be there afterwards, for whoever wanted to look into it. */
  kept: z.boolean().optional(),
})
export type Marker = z.output<typeof markerSchema>

const longest = 64 * 1024

/** Undefined where the directory is none of the harness's: nothing of this name, or something else. */
export function readMarker({ marker }: Pick<Places, 'marker'>): Marker | undefined {
  const bytes = readPlainFile(marker, longest)
  if (bytes === undefined) return undefined
  try {
    return markerSchema.parse(JSON.parse(bytes.toString()))
  } catch {
    return undefined
  }
}

export async function writeMarker({ marker }: Pick<Places, 'marker'>, content: Marker): Promise<void> {
  await writeAtomically(marker, `${JSON.stringify(content, null, 2)}\n`, { expectDirectory: true })
}
