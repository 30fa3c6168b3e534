import { mkdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../../lib/make-directory.ts'
import { makePrivateDirectory, socketDirectory } from '../../../lib/socket-path.ts'
import { commandHasEnded } from '../../contract/command-state.ts'
import { type CommandId, commandId } from '../../contract/ids.ts'
import { getCommand } from '../../store/commands.ts'
import type { DataFiles } from '../../store/files.ts'
import type { RunnerContext } from '../context.ts'
import { namesIn } from '../names-in.ts'

/** What an app listens on, in the directory that it alone can write. */
export const socketName = 'socket'

const placesOf = ({ root }: Pick<DataFiles, 'root'>): string =>
  socketDirectory(join(root, 'apps'), commandId.create().length + 1 + socketName.length, process.env)

/** Where an app has its socket: short enough a path for it, and the same for whichever runner looks after it. */
export const appPlace = (files: DataFiles, id: CommandId): string => join(placesOf(files), id)

/** Makes it, empty. */
export function makeAppPlace(files: DataFiles, id: CommandId): string {
  const places = placesOf(files)
  makeDirectory(places)
  makePrivateDirectory(places)
  const place = appPlace(files, id)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { mode: 0o700 })
  return place
}

/** Removes what runners that were killed have left of apps that have ended. */
export async function sweepAppPlaces({
  store,
  files,
}: Pick<RunnerContext, 'store' | 'files'>): Promise<void> {
  const places = placesOf(files)
  for (const name of await namesIn(places)) {
    const id = commandId.schema.safeParse(name)
    if (!id.success) continue
    const row = await getCommand(store, id.data)
    if (row === undefined || commandHasEnded(row.status))
      await rm(join(places, name), { recursive: true, force: true })
  }
}
