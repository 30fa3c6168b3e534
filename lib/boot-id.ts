import { readKernelFile } from './processes/read-kernel-file.ts'

let known: string | undefined

/** Names this boot of the machine: random(4), boot_id. `unknown` where there is no /proc. */
export function bootId(): string {
  known ??= read()
  return known
}

function read(): string {
  try {
    return readKernelFile('/proc/sys/kernel/random/boot_id').trim()
  } catch {
    return 'unknown'
  }
}
