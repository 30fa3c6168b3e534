import { statSync } from 'node:fs'
import { cloneFiles } from './clone.ts'
import { configLocation } from './config-location.ts'
import type { ClientPlace } from './load.ts'
import type { Settings } from './resolve.ts'
import { signInsFile } from './sign-ins.ts'

/**
 * Changes with each file that settings are read from: which it is, when it was written, and how long it is. Whoever keeps
 * settings sees by it that they are to be read anew, without reading them. Taken before they are read, it tells of a change
 * between the two. With settings that are known it goes on with the file of certificates that they name.
 */
export function settingsStamp(place: ClientPlace, known: Pick<Settings, 'ca'> | undefined): string {
  const own = configLocation(place.environment, place.platform)
  const kept = 'path' in own ? [own.path, signInsFile(own.path)] : []
  const named = [place.configFile, known?.ca?.value].filter(path => path !== undefined)
  return [...cloneFiles(place.root), ...kept, ...named].map(fileStamp).join(' ')
}

function fileStamp(path: string): string {
  try {
    const file = statSync(path, { bigint: true, throwIfNoEntry: false })
    return file === undefined
      ? 'none'
      : `${file.dev}.${file.ino}.${file.mtimeNs}.${file.ctimeNs}.${file.size}`
  } catch {
    // What is in the way is told by who reads it.
    return 'unreadable'
  }
}
