import { statSync } from 'node:fs'
import type { Workspace } from '../../config/workspace.ts'
import { isTokenValid, lookAtStore } from '../../services/store/look.ts'
import { lockedStore } from '../bootstrap/locked-store.ts'
import { missingTokenVariable, readSecret } from '../bootstrap/token.ts'
import type { Finding } from './finding.ts'

/** The administrator's token of this clone, and the variable that clients elsewhere read. */
export function inspectToken(
  { adminTokenFile: file, storeFile }: Workspace,
  variable: string,
  environment: Readonly<Record<string, string | undefined>>,
  now: string,
): Finding[] {
  const missing = missingTokenVariable(variable, environment)
  return [
    { what: 'administrator token', ...tokenIn(file, storeFile, now) },
    missing === undefined
      ? { what: 'token variable', verdict: 'ok', detail: `${variable} is set` }
      : {
          what: 'token variable',
          verdict: 'warning',
          detail: missing,
          fix: `export ${variable}=… with what npx task token:create NAME --scopes cli prints`,
        },
  ]
}

function tokenIn(file: string, storeFile: string, now: string): Omit<Finding, 'what'> {
  const stat = statSync(file, { throwIfNoEntry: false })
  const fix = 'npx task bootstrap'
  if (stat === undefined) return { verdict: 'warning', detail: `${file} is not made yet`, fix }
  if (stat.mode % 0o100 !== 0)
    return { verdict: 'failed', detail: `others may read ${file}`, fix: `chmod 600 '${file}'` }
  const secret = readSecret(file)
  if (secret === undefined) return { verdict: 'failed', detail: `${file} cannot be read`, fix }
  const look = lookAtStore(storeFile)
  if (look.kind === 'locked') {
    const { message, fix } = lockedStore(storeFile, look.reason)
    return { verdict: 'warning', detail: `${file} is not tried: ${message}`, fix }
  }
  if (look.kind !== 'store' || look.applied.length === 0)
    return { verdict: 'warning', detail: `${file}: there is no store to try it on`, fix }
  return isTokenValid(storeFile, secret, now)
    ? { verdict: 'ok', detail: file }
    : { verdict: 'failed', detail: `${file} holds no token that is valid`, fix }
}
