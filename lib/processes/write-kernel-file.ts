import { closeSync, constants, openSync, writeSync } from 'node:fs'

/** Tells the kernel something, in one write to a file of its own; none is made. Throws as the system does. */
export function writeKernelFile(path: string, text: string): void {
  const file = openSync(path, constants.O_WRONLY)
  try {
    writeSync(file, text)
  } finally {
    closeSync(file)
  }
}
