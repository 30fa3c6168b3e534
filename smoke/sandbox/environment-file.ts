import { readFile } from 'node:fs/promises'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Places } from '../workspace/places.ts'

/** `sandbox.env`: one `NAME=value` a line, values as they are. */
export async function writeEnvironment(
  { environmentFile }: Pick<Places, 'environmentFile'>,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(environment).map(([name, value]) => {
    if (/[\n\0]/.test(value))
      throw new UserError(`${name} has several lines, which ${environmentFile} cannot hold`)
    return `${name}=${value}\n`
  })
  await writeAtomically(environmentFile, lines.join(''))
}

export async function readEnvironment({
  environmentFile,
}: Pick<Places, 'environmentFile'>): Promise<Record<string, string>> {
  const text = await readFile(environmentFile, 'utf8')
  const lines = text.split('\n').filter(line => line !== '')
  return Object.fromEntries(
    lines.map((line, at) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(line) ?? []
      if (name === undefined || value === undefined)
        throw new UserError(`${environmentFile}:${at + 1} is no NAME=value`, {
          fix: 'run again with --force-bootstrap',
        })
      return [name, value]
    }),
  )
}
