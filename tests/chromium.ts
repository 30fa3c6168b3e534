import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A Chromium of this host: the one that is named, or the first on PATH. */
export const chromium =
  process.env.DEBUG_SERVER_CHROMIUM ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(place => ['chromium', 'chromium-browser', 'google-chrome'].map(name => join(place, name)))
    .find(isProgram)

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
