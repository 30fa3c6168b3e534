import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { removeDiscarded } from '../../../../services/runner/sessions/remove-discarded.ts'
import { dataFiles } from '../../../../services/store/files.ts'

const root = mkdtempSync(join(tmpdir(), 'discarded-'))
t.teardown(() => rmSync(root, { recursive: true }))
const files = dataFiles(root)

function logged() {
  const lines: string[] = []
  return { lines, log: pino({}, { write: line => void lines.push(line) }) }
}

t.test('everything that was moved away is removed, and nothing is said of it', async t => {
  for (const name of ['one', 'two']) {
    mkdirSync(join(files.discarded, name, 'worktree'), { recursive: true })
    writeFileSync(join(files.discarded, name, 'worktree', 'file'), '')
  }
  const { lines, log } = logged()
  await removeDiscarded({ files, log }, new AbortController().signal)
  t.same(readdirSync(files.discarded), [])
  t.same(lines, [])
})

t.test(
  'what cannot be removed is said, and holds up nobody',
  { skip: !existsSync('/proc/self/attr') && 'no /proc, as on macOS' },
  async t => {
    // The system lets nobody remove these.
    const { lines, log } = logged()
    await removeDiscarded(
      { files: { ...files, discarded: '/proc/self/attr' }, log },
      new AbortController().signal,
    )
    t.ok(lines.length > 0)
    t.ok(lines.every(line => line.includes('could not be removed')))
  },
)

t.test('nothing discarded yet, and a runner that stops', async t => {
  const { lines, log } = logged()
  await removeDiscarded({ files: dataFiles(join(root, 'new')), log }, new AbortController().signal)
  mkdirSync(join(files.discarded, 'left'), { recursive: true })
  await removeDiscarded({ files, log }, AbortSignal.abort())
  t.same(readdirSync(files.discarded), ['left'])
  t.same(lines, [])
})
