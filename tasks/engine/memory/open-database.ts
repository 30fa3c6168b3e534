import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { sqliteCode } from '../../../lib/sqlite-code.ts'
import { schema, schemaVersion } from './schema.ts'

/** Another `task` process writes for a millisecond at a time. */
const busyMs = 2_000

export type Opened =
  | { readonly kind: 'open'; readonly database: DatabaseSync; readonly setAside?: SetAside }
  /** Where nothing is to be written and nothing is there yet. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly why: string }

export interface Opening {
  readonly writes: boolean
  readonly now: number
  /** It is what another Taskfile remembers. */
  readonly isOthers?: boolean
}

export interface SetAside {
  readonly path: string
  readonly why: string
}

/**
 * Opens the database, or makes it. One that is damaged, or of another version, is set aside under another name and begun
 * anew, unless it is somebody else's, who finds out by himself. With `writes: false` nothing of that happens: the file is
 * read, or not there. A write that somebody was killed in is taken back all the same; that is the one thing that a reader
 * writes.
 *
 * It keeps a rollback journal and waits for no disk: a killed process loses nothing that way, reading leaves no file
 * behind as it would with a write-ahead log, and what a power failure damages is set aside.
 */
export function openDatabase(path: string, { writes, now, isOthers = false }: Opening): Opened {
  if (!existsSync(path)) return writes ? make(path) : { kind: 'absent' }
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: busyMs })
    const version = database.prepare('pragma user_version').get()?.user_version
    if (version === schemaVersion) {
      if (writes) prepareToWrite(database)
      return { kind: 'open', database }
    }
    database.close()
    if (!writes) return { kind: 'absent' }
    // Without a version it is being made by another process at this moment, or was by one that was killed.
    if (version === 0) return make(path)
    const why = `it is of version ${String(version)}`
    return isOthers ? { kind: 'failed', why } : setAside(path, now, why)
  } catch (error) {
    if (database?.isOpen) database.close()
    const why = textOf(error)
    return writes && !isOthers && isDamage(error) ? setAside(path, now, why) : { kind: 'failed', why }
  }
}

export function prepareToWrite(database: DatabaseSync): void {
  database.exec('pragma synchronous = off')
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
export const isDamage = (error: unknown): boolean => [11, 26].includes(sqliteCode(error) ?? 0)

/** Its tables come in one transaction: who opens it meanwhile waits, and finds them. */
function make(path: string): Opened {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  try {
    const directory = dirname(path)
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const ignore = join(directory, '.gitignore')
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
    closeSync(openSync(path, 'a', 0o600)) // its journal gets the same mode
    const database = new DatabaseSync(path, { timeout: busyMs })
    database.exec('pragma synchronous = off; begin immediate')
    if (database.prepare('pragma user_version').get()?.user_version === 0) database.exec(schema)
    database.exec('commit')
    return { kind: 'open', database }
  } catch (error) {
    return { kind: 'failed', why: textOf(error) }
  }
}

/** Gives the file another name, and makes a new one. */
export function setAside(path: string, now: number, why: string): Opened {
  const aside = `${path}.${new Date(now).toISOString().replace(/[-:.]/g, '')}`
  try {
    renameSync(path, aside)
    if (existsSync(`${path}-journal`)) renameSync(`${path}-journal`, `${aside}-journal`)
  } catch (error) {
    return { kind: 'failed', why: textOf(error) }
  }
  const made = make(path)
  return made.kind === 'open' ? { ...made, setAside: { path: aside, why } } : made
}

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
