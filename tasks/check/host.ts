import { existsSync } from 'node:fs'
import { bootstrapSettings, serverSettings } from '../../config/settings.ts'
import { openWorkspace, type Workspace } from '../../config/workspace.ts'
import { UserError } from '../../lib/user-error.ts'
import { openStore } from '../../services/store/store.ts'
import { findBinaries } from '../bootstrap/binaries.ts'
import { verifyCheckout } from '../bootstrap/repository.ts'
import type { Exec } from '../engine/context.ts'

export type Finding = { what: string; verdict: 'ok' | 'warning' | 'failed'; detail: string }

type Environment = Record<string, string | undefined>

/** Looks at everything that `up` needs, and writes nothing. Each finding stands for itself; none hides another. */
export async function checkHost(root: string, environment: Environment, exec: Exec): Promise<Finding[]> {
  const settings = await finding('configuration', () => {
    bootstrapSettings(root, environment)
    serverSettings(root, environment)
    return 'config/*.toml are valid'
  })
  if (settings.verdict === 'failed') return [settings]
  const workspace = openWorkspace(root, environment)
  const { required_binaries, repository } = bootstrapSettings(root, environment).values
  return [
    settings,
    await finding('Node.js', () => `${process.version}`),
    await finding('programs', () =>
      findBinaries(required_binaries, environment)
        .map(({ path }) => path)
        .join(', '),
    ),
    await finding('checkout', async () => (await verifyCheckout(root, repository.path, exec)).directory),
    await storeFinding(workspace),
  ]
}

async function storeFinding({ storeFile }: Workspace): Promise<Finding> {
  if (!existsSync(storeFile))
    return { what: 'store', verdict: 'warning', detail: 'not made yet; run: npx task bootstrap' }
  return finding('store', async () => {
    await using _ = await openStore(storeFile)
    return storeFile
  })
}

async function finding(what: string, look: () => string | Promise<string>): Promise<Finding> {
  try {
    return { what, verdict: 'ok', detail: await look() }
  } catch (error) {
    if (error instanceof UserError) return { what, verdict: 'failed', detail: error.toText() }
    throw error
  }
}

export const findingsTable = (findings: readonly Finding[]): string => {
  const width = Math.max(...findings.map(({ what }) => what.length))
  return findings
    .map(({ what, verdict, detail }) => `${verdict.padEnd(7)}  ${what.padEnd(width)}  ${detail}\n`)
    .join('')
}
