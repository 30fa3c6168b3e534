import { basename, dirname } from 'node:path'
import { ownPlaces } from '../own-places.ts'
import { Memory } from './memory.ts'

/** What is remembered beside a Taskfile, to be read until it `beginWriting`. */
export function openMemory(taskfile: string, now: () => number = Date.now, isOthers = false): Memory {
  return new Memory({
    path: ownPlaces(dirname(taskfile)).memory,
    taskfile: basename(taskfile),
    now,
    isOthers,
  })
}
