import { closeSync, openSync, readSync } from 'node:fs'

const buffer = Buffer.allocUnsafeSlow(32 * 1024)

/**
 * A file that the kernel makes up when it is read, as Latin-1. `readFileSync` does the same with a new buffer each time,
 * and pages written to are what makes a process slow to fork. Throws as `openSync` does.
 */
export function readKernelFile(path: string): string {
  const file = openSync(path, 'r')
  try {
    let text = ''
    for (;;) {
      const length = readSync(file, buffer)
      text += buffer.toString('latin1', 0, length)
      // Such a file fills what is offered, unless that was all.
      if (length < buffer.length) return text
    }
  } finally {
    closeSync(file)
  }
}
