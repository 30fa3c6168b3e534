import { which } from '../../lib/which.ts'
import { installFix } from '../bootstrap/binaries.ts'
import type { Exec } from '../engine/context.ts'
import type { Finding } from './finding.ts'
import { versionOf } from './version.ts'

/** The programs that debug, by what each is for. None is needed to start; one that is missing is told with its fix. */
const programs = [
  { name: 'gdb', languages: 'C, C++ and Rust', args: ['--version'] },
  { name: 'lldb-dap', languages: 'C, C++, Rust and Swift', args: ['--version'] },
  { name: 'dlv', languages: 'Go', args: ['version'] },
]

const debugpyVersion = 'import importlib.metadata as m; print(m.version("debugpy"))'

export async function inspectDebuggers(
  {
    path,
    pythons,
  }: { path: string | undefined /** Where debugpy may be, best first. */; pythons: readonly string[] },
  exec: Exec,
): Promise<Finding[]> {
  const found = programs.map(async ({ name, languages, args }): Promise<Finding> => {
    const what = `debugger ${name}`
    const place = which(name, path ?? '')
    if (place === undefined)
      return {
        what,
        verdict: 'ok',
        detail: `not found; it debugs ${languages}`,
        fix: installFix([name], path),
      }
    const version = await versionOf(exec, place, args)
    return { what, verdict: 'ok', detail: `${version ?? 'version unknown'}, ${place}` }
  })
  const node: Finding = {
    what: 'debugger node',
    verdict: 'ok',
    detail: `${process.version.slice(1)}, built in`,
  }
  return [node, await inspectDebugpy(pythons, exec), ...(await Promise.all(found))]
}

async function inspectDebugpy(pythons: readonly string[], exec: Exec): Promise<Finding> {
  const what = 'debugger debugpy'
  const answers = await Promise.all(
    pythons.map(async python => ({ python, version: await versionOf(exec, python, ['-c', debugpyVersion]) })),
  )
  const best = answers.find(({ version }) => version !== undefined)
  if (best !== undefined) return { what, verdict: 'ok', detail: `${best.version}, ${best.python}` }
  const looked = pythons.length === 0 ? 'no python3 is on PATH' : `not in ${pythons.join(', ')}`
  return {
    what,
    verdict: 'ok',
    detail: `not found; it debugs Python; ${looked}`,
    fix: `put it into the sessions' environment: npx task bootstrap`,
  }
}
