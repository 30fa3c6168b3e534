import { existsSync, lstatSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from './error-code.ts'

/**
 * Makes a directory with those above it that are missing, for its owner alone; one that is there stays as it is. Others may make
 * and remove the same ones at that moment.
 *
 * Node's own `recursive` asks again for ever where a directory that exists refuses a new one with ENOENT, as below
 * `/proc`.
 */
export function makeDirectory(path: string): void {
  make(path, true)
}

/** `again`: what it found out about a refusal may be news to that. */
function make(path: string, again: boolean): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const code = errorCode(error)
    if (code === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
    const isGone = code === 'EEXIST' && lstatSync(path, { throwIfNoEntry: false }) === undefined
    if (code !== 'ENOENT' && !isGone) throw error
    if (!existsSync(dirname(path))) make(dirname(path), true)
    else if (!again) throw error
    make(path, false)
  }
}
