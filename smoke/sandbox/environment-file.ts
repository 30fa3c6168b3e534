import { writeAtomically } from '../../lib/atomic-file.ts'
import { readPlainFile } from '../../lib/plain-file.ts'
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

const longest = 2 ** 20

/** What a run has started may have put something else in its place. */
export async function readEnvironment({
  environmentFile,
}: Pick<Places, 'environmentFile'>): Promise<Record<string, string>> {
  const bytes = readPlainFile(environmentFile, longest)
  if (bytes === undefined)
    throw new UserError(`${environmentFile} is no plain file`, { fix: 'run again with --force-bootstrap' })
  const lines = bytes
    .toString()
    .split('\n')
    .filter(line => line !== '')
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
