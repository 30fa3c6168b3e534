import { UserError } from '../../lib/user-error.ts'
import { which } from '../../lib/which.ts'
import { installCommand } from './install-command.ts'

export type FoundBinary = { name: string; path: string }

/** Where each program is on PATH. All missing ones are named in one error. */
export function findBinaries(
  names: readonly string[],
  environment: Record<string, string | undefined>,
): FoundBinary[] {
  const { found, missing } = searchBinaries(names, environment.PATH)
  if (missing.length > 0)
    throw new UserError(`not on PATH: ${missing.join(', ')}`, {
      fix: installFix(missing, environment.PATH),
    })
  return found
}

/** Looks for programs, each of them, whatever becomes of the others. */
export function searchBinaries(
  names: readonly string[],
  path: string | undefined,
): { found: FoundBinary[]; missing: string[] } {
  const found: FoundBinary[] = []
  const missing: string[] = []
  for (const name of new Set(names)) {
    const place = which(name, path ?? '')
    if (place === undefined) missing.push(name)
    else found.push({ name, path: place })
  }
  return { found, missing }
}

/** What to do about programs that are missing, in the words of this host's package manager. */
export function installFix(missing: readonly string[], path: string | undefined): string {
  const them = missing.length === 1 ? 'it' : 'them'
  const command = installCommand(missing, program => which(program, path ?? '') !== undefined)
  return command === undefined ? `install ${them}, or put ${them} on PATH` : `install ${them}: ${command}`
}
