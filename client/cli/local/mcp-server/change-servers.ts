import { resolve } from 'node:path'
import { visible } from '../../../../lib/visible.ts'
import { usageError } from '../../cli-error.ts'
import type { Io } from '../../io.ts'
import { readText } from '../../read-text.ts'
import type { Flags } from '../local-act.ts'
import { manage } from './manage.ts'

export async function install(io: Io, flags: Flags, [name]: readonly string[]): Promise<number> {
  const { descriptor: file, target, option, force, dryRun, forceRestart } = flags
  if ((name === undefined) === (file === undefined))
    throw usageError('give either a name or --descriptor FILE', 'see "debug-server mcp-server discovered"')
  const descriptor = file === undefined ? undefined : descriptorIn(await readText(io, '--descriptor', file))
  return await manage(io, flags, {
    operation: 'install_server',
    params: {
      ...{ name, descriptor, target_name: target, options: optionsIn(option ?? []) },
      ...{ force: force === true, dry_run: dryRun === true, force_restart: forceRestart === true },
    },
    text: ({ details }) =>
      `installed ${visible(String(details.target))}${details.package === undefined ? '' : ` (${visible(String(details.package))})`}\n${variablesText(details.variables as readonly string[])}`,
  })
}

const variablesText = (names: readonly string[]): string =>
  names.length === 0
    ? ''
    : `it is started or reached with ${names.map(name => visible(`$${name}`)).join(', ')} of the proxy: set before "npx task up", or before "npx task reload proxy"\n`

export const remove = (io: Io, flags: Flags, [name]: readonly string[]): Promise<number> =>
  manage(io, flags, {
    operation: 'remove_server',
    params: { name, dry_run: flags.dryRun === true },
    text: ({ details }) => `removed ${visible(String(details.target))}\n`,
  })

export const refresh = (io: Io, flags: Flags, [path]: readonly string[]): Promise<number> =>
  manage(io, flags, {
    operation: 'refresh_discovery',
    params: {
      ...(path === undefined ? {} : { source_path: resolve(io.directory, path) }),
      dry_run: flags.dryRun === true,
    },
    text: ({ details }) => {
      const catalogs = details.catalogs as readonly {
        from: string
        servers: readonly unknown[]
        removed: readonly unknown[]
      }[]
      return catalogs
        .map(
          ({ from, servers, removed }) =>
            `${visible(from)}: ${servers.length} servers${removed.length === 0 ? '' : `, ${removed.length} gone`}\n`,
        )
        .join('')
    },
  })

export const reconcile = (io: Io, flags: Flags): Promise<number> =>
  manage(io, flags, {
    operation: 'run_reconciler',
    params: { dry_run: flags.dryRun === true },
    text: ({ details, files_updated: files }) => {
      const lines = (['reinstalled', 'packages_removed', 'offers_dropped'] as const).flatMap(key =>
        (details[key] as readonly string[]).map(one => `${key.replace('_', ' ')}: ${visible(one)}\n`),
      )
      const changed = files.filter(one => one.changed).map(({ path }) => `changed ${path}\n`)
      return [...lines, ...changed].join('') || 'all agrees\n'
    },
  })

function descriptorIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw usageError('--descriptor: this is no JSON')
  }
}

function optionsIn(texts: readonly string[]): Record<string, string | string[]> {
  const options = new Map<string, string | string[]>()
  for (const text of texts) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (name === undefined || value === undefined)
      throw usageError(`--option "${visible(text)}": expected NAME=VALUE`)
    const before = options.get(name)
    options.set(name, before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(options)
}
