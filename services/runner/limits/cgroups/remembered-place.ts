import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeAtomically } from '../../../../lib/atomic-file.ts'
import type { CgroupPlace } from '../../../../lib/cgroups/cgroup-places.ts'

/**
 * Where the groups of a server's commands are is written down: a runner that is started from elsewhere, as from another
 * login, would look for them in another place.
 */
const directory = z.string().regex(/^\/[^\0]*$/)
const schema = z.object({
  version: z.union([z.literal(1), z.literal(2)]),
  memory: directory,
  pids: directory,
  cpu: directory,
})

/** Undefined where none is written down, or what is there cannot be read. */
export async function rememberedPlace(file: string): Promise<CgroupPlace | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return undefined
  }
}

/** Never rejects: on a disk that is full the server goes on, and finds the place again from where it is now. */
export async function rememberPlace(file: string, place: CgroupPlace): Promise<void> {
  const known = await rememberedPlace(file)
  if (JSON.stringify(known) === JSON.stringify(place)) return
  await writeAtomically(file, JSON.stringify(place)).catch(() => undefined)
}
