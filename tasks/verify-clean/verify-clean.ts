import { UserError } from '../../lib/user-error.ts'
import { visible } from '../../lib/visible.ts'
import type { Exec } from '../engine/context.ts'
import { driftOfServers } from './drift.ts'

type Checkout = {
  readonly root: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly exec: Exec
}

/** How many files are named, of what may be thousands. */
const shown = 10

/** Throws one UserError with all that is not as it was committed. `servers`: how many the gateway has, where one is up. */
export async function verifyClean({ root, environment, exec }: Checkout): Promise<{ servers?: number }> {
  const list = async (...args: string[]) =>
    (await exec('git', args, { output: 'capture', env: { GIT_OPTIONAL_LOCKS: '0' } })).stdout
      .split('\0')
      .filter(Boolean)
  const [dirt, tracked, gateway] = await Promise.all([
    list('status', '--porcelain', '--no-renames', '--untracked-files=all', '-z'),
    // What a person has git ignore everywhere is none of this checkout's.
    list('ls-files', '--cached', '--ignored', '--exclude-per-directory=.gitignore', '-z'),
    driftOfServers(root, environment),
  ])
  const faults = [
    ...faultOf('not as it was committed', dirt),
    ...faultOf('tracked though .gitignore has it, as something that is generated', tracked),
    ...faultOf('MCP servers that offer something else than they did', gateway?.drift ?? []),
  ]
  if (faults.length > 0)
    throw new UserError(`this checkout is not clean\n${faults.join('\n')}`, {
      fix: 'commit it, remove it, or have .gitignore name it',
    })
  return gateway === undefined ? {} : { servers: gateway.servers }
}

function faultOf(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const more = names.length > shown ? [`    and ${names.length - shown} more`] : []
  return [`  ${what}:`, ...names.slice(0, shown).map(name => `    ${visible(name)}`), ...more]
}
