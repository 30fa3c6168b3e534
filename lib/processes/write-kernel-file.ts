import { closeSync, constants, openSync, writeSync } from 'node:fs'

/** Tells the kernel something through a file of its own, in one write; a file that is not there is not made. Throws as the system does. */
export function writeKernelFile(path: string, text: string): void {
  const file = openSync(path, constants.O_WRONLY)
  try {
    writeSync(file, text)
  } finally {
    closeSync(file)
  }
}
