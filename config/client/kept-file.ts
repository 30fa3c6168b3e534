import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../../lib/error-code.ts'
import { fileReason } from '../../lib/file-reason.ts'
import { SettingsError } from './settings-error.ts'

/** How long another program may be at work on the file, in milliseconds. */
const patience = 10_000

/**
 * What programs keep beside the user's configuration by name, readable by its owner only; no person writes it. A file that
 * is none of ours counts as empty: what is in it can be had again.
 */
export class KeptFile<Value extends z.ZodType> {
  readonly #schema: z.ZodRecord<z.ZodString, Value>

  constructor(value: Value) {
    this.#schema = z.record(z.string(), value)
  }

  async read(path: string): Promise<Readonly<Record<string, z.output<Value>>>> {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return {}
      throw error
    }
    try {
      return this.#schema.parse(JSON.parse(text))
    } catch {
      return {}
    }
  }

  /** Whole or not at all, one after the other. */
  async change(
    path: string,
    changed: (all: Readonly<Record<string, z.output<Value>>>) => Readonly<Record<string, z.output<Value>>>,
  ): Promise<void> {
    const [{ acquireLock }, { writeAtomically }] = await Promise.all([
      import('../../lib/lock.ts'),
      import('../../lib/atomic-file.ts'),
    ])
    try {
      using _ = await acquireLock(`${path}.lock`, { signal: AbortSignal.timeout(patience) })
      const content = `${JSON.stringify(changed(await this.read(path)), null, 2)}\n`
      await writeAtomically(path, content, { mode: 0o600 })
    } catch (error) {
      throw new SettingsError(
        'configuration_not_writable',
        `${path} cannot be written: ${fileReason(error)}`,
        {
          fix: `make ${dirname(path)} writable, or set DEBUG_SERVER_HOME to another directory`,
          cause: error,
        },
      )
    }
  }
}
