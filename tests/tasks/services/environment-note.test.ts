import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { bootstrapSchema } from '../../../config/schema.ts'
import { sessionEnvironmentFile } from '../../../config/session-environment.ts'
import { environmentNote } from '../../../tasks/services/environment-note.ts'

t.test('who has no environment is told how to get one, who wants none is not', async t => {
  const root = t.testdir()
  const note = (environment: object) => environmentNote(root, bootstrapSchema.parse({ environment }))
  const told = /^sessions use the host's python3; npx task bootstrap makes an environment with debugpy$/
  for (const wish of [{}, { manager: 'venv' }, { use_conda: true }]) t.match(note(wish), told)
  t.equal(note({ manager: 'none' }), undefined)

  const prefix = join(root, 'made')
  const python = join(prefix, 'bin', 'python')
  for (const file of [sessionEnvironmentFile(root), python]) mkdirSync(dirname(file), { recursive: true })
  writeFileSync(python, '')
  writeFileSync(
    sessionEnvironmentFile(root),
    JSON.stringify({ manager: 'venv', prefix, bin: dirname(python), python, version: '3.11.2' }),
  )
  t.equal(note({}), undefined, 'there is one')
  rmSync(prefix, { recursive: true })
  t.match(note({}), told, 'it was removed')
})
