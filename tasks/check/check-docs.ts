import { z } from 'zod'
import { UserError } from '../../lib/user-error.ts'
import type { Exec } from '../engine/context.ts'
import { docsFaults } from './docs.ts'

const listSchema = z.object({ tasks: z.array(z.object({ name: z.string() })) })

/** The pages are those that git knows of or would take; the tasks are what the launcher lists. */
export async function checkDocs(root: string, exec: Exec, log: (line: string) => void): Promise<void> {
  const quiet = { cwd: root, output: 'capture', timeoutMs: 60_000 } as const
  const [pages, list] = await Promise.all([
    exec('git', ['ls-files', '-co', '--exclude-standard', '*.md'], quiet),
    exec(process.execPath, ['tasks/cli.mjs', '--list', '--json'], quiet),
  ])
  const tasks = listSchema.parse(JSON.parse(list.stdout)).tasks.map(({ name }) => name)
  const faults = docsFaults(root, pages.stdout.split('\n').filter(Boolean), tasks)
  for (const fault of faults) log(fault)
  if (faults.length > 0) throw new UserError(`the docs have ${faults.length} faults`)
}
