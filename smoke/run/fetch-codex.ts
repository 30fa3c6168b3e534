import { UserError } from '../../lib/user-error.ts'
import { codexPackage } from '../agents/codex-package.ts'
import { findCodex } from '../agents/codex-program.ts'
import { codexIn } from '../workspace/places.ts'
import type { Phase } from './phase.ts'

/** Its scripts are not run: its program comes ready in a package for this system. */
const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel', 'error']

/** Puts Codex into the workspace, from where npm gets its packages. One that is there already is used again. */
export async function fetchCodex({ places, exec, log }: Phase): Promise<void> {
  await exec('npm', ['install', '--prefix', places.codex, ...flags, codexPackage], {
    cwd: places.workspace,
  })
  const found = findCodex({ DEBUG_SERVER_CODEX: codexIn(places) })
  if (!found.found)
    throw new UserError(`npm has installed ${codexPackage}, but ${found.reason}`, {
      fix: 'name a Codex of this host with --codex-cli, or use --agent mcp',
    })
  log(`fetched ${codexPackage}`)
}
