import { glob, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { UserError } from '../../lib/user-error.ts'
import { blocks } from './blocks.ts'
import { fillBlocks } from './fill-blocks.ts'

/** Looks whether the generated parts of the docs are what they should be, or with `--write` makes them so. */
const root = resolve(import.meta.dirname, '../..')
const write = process.argv.includes('--write')

try {
  for await (const page of glob('docs/*.md', { cwd: root })) {
    const text = await readFile(join(root, page), 'utf8')
    const filled = filledPage(page, text)
    if (filled === text) continue
    if (write) await writeAtomically(join(root, page), filled, { mode: 0o644 })
    else process.exitCode = 1
    process.stdout.write(write ? `${page}: written\n` : `${page}: generated parts are stale\n`)
  }
  if (process.exitCode === 1) process.stdout.write('write them anew: npx task docs:write\n')
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`${error.toText()}\n`)
  process.exitCode = 1
}

function filledPage(page: string, text: string): string {
  try {
    return fillBlocks(text, blocks)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(`${page}: ${error.message}`, { fix: error.fix })
  }
}
