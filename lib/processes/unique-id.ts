import { closeSync, openSync, readSync } from 'node:fs'

let prefix: string | undefined
let count = 0

/** An id that no process has used before: random once, for loading `node:crypto` costs what starting a command does. */
export function uniqueId(): string {
  prefix ??= randomText()
  return `${prefix}-${(count++).toString(36)}`
}

/** 72 random bits. */
function randomText(): string {
  const bytes = Buffer.alloc(9)
  const file = openSync('/dev/urandom', 'r')
  try {
    readSync(file, bytes)
  } finally {
    closeSync(file)
  }
  return bytes.toString('base64url')
}
