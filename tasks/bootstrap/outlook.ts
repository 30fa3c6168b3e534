import type { LookPlace } from '../engine/task.ts'
import type { JudgedSettings } from './judged-settings.ts'

/** What each step of a bootstrap would do, in a line for `--plan`: told by files alone, in the words of the run. */

/** Every look needs the settings; those of one plan share the place, and so what is judged for it. */
const judged = new WeakMap<LookPlace, Promise<JudgedSettings>>()

function settingsAt(at: LookPlace): Promise<JudgedSettings> {
  const known = judged.get(at)
  if (known !== undefined) return known
  const asked = import('./judged-settings.ts').then(({ judgedSettings }) =>
    judgedSettings(at.root, at.environment),
  )
  judged.set(at, asked)
  return asked
}

/** The settings, or undefined where they are wrong: the step that reads them says how, and the others would not run. */
const validSettingsAt = (at: LookPlace): Promise<JudgedSettings | undefined> =>
  settingsAt(at).catch(() => undefined)

/** A plan shows one line of it, so that names the first mistake rather than that there are some. */
export async function settingsOutlook(at: LookPlace): Promise<string | undefined> {
  try {
    await settingsAt(at)
    return undefined
  } catch (error) {
    const { ConfigurationError, problemText } = await import('../../config/problem.ts')
    const [first, ...others] = error instanceof ConfigurationError ? error.problems : []
    if (first === undefined) throw error
    return `fails: ${problemText(first)}${others.length === 0 ? '' : `, and ${others.length} more`}`
  }
}

export async function binariesOutlook(at: LookPlace): Promise<string | undefined> {
  const settings = await validSettingsAt(at)
  if (settings === undefined) return undefined
  const { findBinaries } = await import('./binaries.ts')
  const found = findBinaries(settings.values.required_binaries, at.environment)
  return `looks only: ${found.map(({ path }) => path).join(', ') || 'none is required'}`
}

export async function storageOutlook(at: LookPlace): Promise<string | undefined> {
  const settings = await validSettingsAt(at)
  if (settings === undefined) return undefined
  const { requireFreeSpace, requireUsablePlace } = await import('./storage-place.ts')
  const { lookAtStore } = await import('../../services/store/look.ts')
  const { dirname } = await import('node:path')
  const { dataDirectory, storeFile } = settings.workspace
  for (const directory of [dataDirectory, dirname(storeFile)]) {
    requireUsablePlace(directory)
    requireFreeSpace(directory, settings.values.storage.minimum_free_megabytes)
  }
  const look = lookAtStore(storeFile)
  switch (look.kind) {
    case 'absent':
      return `makes the store ${storeFile}`
    case 'unreadable':
      return `fails: ${storeFile} cannot be read: ${look.reason}`
    case 'locked':
      return `looks at ${storeFile} once it is no longer held locked: ${look.reason}`
    case 'foreign':
      return `fails: ${storeFile} is a database, but no store of ours`
    case 'store':
      if (look.unknown.length > 0)
        return `fails: ${storeFile} was written by a newer version: it has ${look.unknown.join(', ')}`
      if (look.applied.length === 0) return `makes the store ${storeFile}`
      return look.pending.length === 0
        ? "up to date: the store's schema"
        : `applies ${look.pending.join(', ')}`
  }
}

export async function tokenOutlook(at: LookPlace): Promise<string | undefined> {
  const settings = await validSettingsAt(at)
  if (settings === undefined) return undefined
  const { isTokenValid, lookAtStore } = await import('../../services/store/look.ts')
  const { systemClock, toInstant } = await import('../../lib/clock.ts')
  const { readSecret } = await import('./token.ts')
  const { adminTokenFile, storeFile } = settings.workspace
  const look = lookAtStore(storeFile)
  // What is wrong with the store is told by the step that prepares it.
  if (look.kind !== 'store' && look.kind !== 'absent') return undefined
  const secret = readSecret(adminTokenFile)
  const holds =
    secret !== undefined &&
    look.kind === 'store' &&
    look.applied.length > 0 &&
    isTokenValid(storeFile, secret, toInstant(systemClock.now()))
  return holds ? `up to date: the token in ${adminTokenFile}` : "makes the administrator's token"
}

export async function certificatesOutlook({ root, environment }: LookPlace): Promise<string> {
  const { isWritten, readCertificates } = await import('./certificates/certificates.ts')
  const { merged, provenance } = readCertificates(root, environment)
  return merged === undefined || isWritten(merged)
    ? `up to date: ${provenance}`
    : `writes ${merged.file}: ${provenance}`
}

export async function environmentOutlook(at: LookPlace): Promise<string | undefined> {
  const settings = await validSettingsAt(at)
  if (settings === undefined) return undefined
  const { requestOf } = await import('./environment/request.ts')
  const { environmentForecast } = await import('./environment/forecast.ts')
  const request = requestOf(settings.values, settings.workspace)
  return environmentForecast(request, at.environment.PATH, process)
}
