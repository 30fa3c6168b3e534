import { z } from 'zod'
import { UserError } from '../../lib/user-error.ts'
import type { Exec } from '../engine/context.ts'
import { docsFaults } from './docs.ts'

/** The tests that run what a page tells to type. */
const guides = [
  ['README.md', 'tests/end-to-end/readme.test.ts'],
  ['docs/debugging.md', 'tests/client/debugging-guide.test.ts'],
  ['docs/mcp.md', 'tests/client/mcp/guide.test.ts'],
  ['docs/tasks.md', 'tests/tasks/reporters/page.test.ts'],
] as const

/** Every gate for the sources and the docs. All of them run, so that one pass shows all that is wrong. */
export async function checkCode(root: string, exec: Exec, log: (line: string) => void): Promise<void> {
  const gates: Record<string, readonly [string, ...string[]]> = {
    'format and lint': ['biome', 'check', '--error-on-warnings', '.'],
    types: ['tsc', '--noEmit', '--project', '.'],
    'import rules': [process.execPath, 'tests/architecture.test.ts'],
    ...Object.fromEntries(
      guides.map(([page, test]) => [`commands of ${page}`, [process.execPath, test] as const]),
    ),
  }
  const results = await Promise.all(
    Object.entries(gates).map(async ([name, [file, ...args]]) => {
      const program = file.startsWith('/') ? file : `${root}/node_modules/.bin/${file}`
      const options = { cwd: root, check: false, output: 'capture', timeoutMs: 300_000 } as const
      const { exitCode, stdout, stderr } = await exec(program, args, options)
      if (exitCode !== 0) log(`${stdout}${stderr}`.trimEnd())
      log(`${name}: ${exitCode === 0 ? 'ok' : 'failed'}`)
      return { name, ok: exitCode === 0 }
    }),
  )
  const faults = await docs(root, exec)
  for (const fault of faults) log(fault)
  log(`docs: ${faults.length === 0 ? 'ok' : 'failed'}`)
  const failed = [...results, { name: 'docs', ok: faults.length === 0 }]
    .filter(({ ok }) => !ok)
    .map(({ name }) => name)
  if (failed.length > 0) throw new UserError(`not clean: ${failed.join(', ')}`)
}

const listSchema = z.object({ tasks: z.array(z.object({ name: z.string() })) })

/** The pages are those that git knows of or would take; the tasks are what the launcher lists. */
async function docs(root: string, exec: Exec): Promise<string[]> {
  const quiet = { cwd: root, output: 'capture', timeoutMs: 60_000 } as const
  const [pages, list] = await Promise.all([
    exec('git', ['ls-files', '-co', '--exclude-standard', '*.md'], quiet),
    exec(process.execPath, ['tasks/cli.mjs', '--list', '--json'], quiet),
  ])
  const tasks = listSchema.parse(JSON.parse(list.stdout)).tasks.map(({ name }) => name)
  return docsFaults(root, pages.stdout.split('\n').filter(Boolean), tasks)
}
