import { UserError } from '../../lib/user-error.ts'
import type { Exec } from '../engine/context.ts'

/** Every gate for the sources. All of them run, so that one pass shows all that is wrong. */
export async function checkCode(root: string, exec: Exec, log: (line: string) => void): Promise<void> {
  const gates: Record<string, [string, ...string[]]> = {
    'format and lint': ['biome', 'check', '--error-on-warnings', '.'],
    types: ['tsc', '--noEmit', '--project', '.'],
    'import rules': [process.execPath, 'tests/architecture.test.ts'],
  }
  const results = await Promise.all(
    Object.entries(gates).map(async ([name, [file, ...args]]) => {
      const program = file.startsWith('/') ? file : `${root}/node_modules/.bin/${file}`
      const { exitCode } = await exec(program, args, { cwd: root, check: false, timeoutMs: 300_000 })
      log(`${name}: ${exitCode === 0 ? 'ok' : 'failed'}`)
      return { name, ok: exitCode === 0 }
    }),
  )
  const failed = results.filter(({ ok }) => !ok).map(({ name }) => name)
  if (failed.length > 0) throw new UserError(`not clean: ${failed.join(', ')}`)
}
