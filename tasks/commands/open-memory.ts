import { basename, dirname, join } from 'node:path'
import { Memory } from '../engine/memory/memory.ts'

/** What is remembered beside a Taskfile, to be read. */
export function openMemory(taskfile: string): Memory {
  return new Memory({
    path: join(dirname(taskfile), '.artifacts', 'task', 'runs.db'),
    taskfile: basename(taskfile),
    now: Date.now,
  })
}
