import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { sandboxEnvironment } from '../../smoke/sandbox/environment.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { type Clone, makeClone } from '../end-to-end/clone.ts'
import type { Owner } from './room.ts'
import { type Rig, smokeRig } from './smoke-rig.ts'

/** The harness over this project as it is here, which is installed with the packages that this host has already. */
export function realRig(owner: Owner & Parameters<typeof makeClone>[0]): { rig: Rig; source: Clone } {
  const source = makeClone(owner, 'source')
  const rig = smokeRig(owner, 'none', packageSettings())
  const start: Rig['start'] = (...words) => rig.start('--source', source.root, ...words)
  return { rig: { ...rig, start, run: (...words) => start(...words).ended }, source }
}

/** Where this host has its packages from, and what it has of them. */
function packageSettings(): Record<string, string> {
  const host = {
    environment: process.env,
    home: homedir(),
    nodeDirectory: dirname(process.execPath),
    exists: existsSync,
  }
  const settings = Object.entries(sandboxEnvironment(placesIn('/nowhere'), host, ''))
  return Object.fromEntries(
    settings.filter(([name]) => /^(?:npm_config_(?!prefix)|pip_|node_extra|ssl_|\w+_proxy)/i.test(name)),
  )
}
