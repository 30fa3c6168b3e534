import { dirname, join } from 'node:path'
import { z } from 'zod'
import { KeptFile } from './kept-file.ts'

/** What servers know this client again by when somebody signs in who has before: it outlives the sign-in, and opens nothing. */

const file = new KeptFile(z.string())

export type DevicePlace = { readonly file: string; readonly name: string }

export const devicePlace = (
  configPath: string,
  { user, baseUrl }: { readonly user: string; readonly baseUrl: string },
): DevicePlace => ({
  file: join(dirname(configPath), 'devices.json'),
  name: `${user.toLowerCase()} ${baseUrl}`,
})

export const keptDevice = async (place: DevicePlace): Promise<string | undefined> =>
  (await file.read(place.file))[place.name]

export const keepDevice = (place: DevicePlace, device: string): Promise<void> =>
  file.change(place.file, all => ({ ...all, [place.name]: device }))
