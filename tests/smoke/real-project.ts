import { chmodSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { sandboxEnvironment } from '../../smoke/sandbox/environment.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { type Clone, makeClone } from '../end-to-end/clone.ts'
import { type Owner, room, write } from './room.ts'
import { type Rig, smokeRig } from './smoke-rig.ts'

/**
 * The harness over this project as it is here, but for what takes longest and is nobody's subject here. What `npm ci` would put into its clone,
 * 20,000 files, is linked there from this checkout; on a host whose Node has an npm beside it, that one is run all the same. Sessions
 * have no environment of their own.
 */
export function realRig(owner: Owner & Parameters<typeof makeClone>[0]): { rig: Rig; source: Clone } {
  const source = makeClone(owner, 'source')
  edit(source, { file: 'config/bootstrap.toml', from: 'manager = "auto"', to: 'manager = "none"' })
  source.git('commit', '--quiet', '--all', '--message', 'Make no environment')
  const { PATH } = process.env
  const programs = [linkingNpm(owner), dirname(process.execPath), PATH].join(delimiter)
  const rig = smokeRig(owner, 'none', { ...packageSettings(), PATH: programs })
  const start: Rig['start'] = (...words) => rig.start('--source', source.root, ...words)
  return { rig: { ...rig, start, run: (...words) => start(...words).ended }, source }
}

export type Edit = { readonly file: string; readonly from: string; readonly to: string }

export function edit({ path }: Clone, { file, from, to }: Edit): void {
  const text = readFileSync(path(file), 'utf8')
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
  writeFileSync(path(file), text.replace(from, to))
}

/** The directory of an npm that installs by links: a stamp of its own is written beside them. */
function linkingNpm(owner: Owner): string {
  const npm = join(room(owner), 'npm')
  const packages = realpathSync(join(import.meta.dirname, '../../node_modules'))
  write(
    npm,
    `#!/bin/sh
[ "$1" = ci ] || exit 1
mkdir node_modules && cd node_modules || exit 1
cp '${packages}/.package-lock.json' . && exec ln -s '${packages}'/* '${packages}/.bin' .
`,
  )
  chmodSync(npm, 0o755)
  return dirname(npm)
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
