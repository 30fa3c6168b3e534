import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'

const holder = resolve(import.meta.dirname, '../../../../services/runner/terminals/terminal_holder.py')
const directory = mkdtempSync(join(tmpdir(), 'holder-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

const hold = (pipe: string, ...words: string[]) =>
  spawnSync('python3', ['-I', '-S', holder, pipe, '80', '24', 'ours', ...words], { encoding: 'utf8' })

t.test('it ends with the code of its program, whoever has removed its pipe', async t => {
  const pipe = join(directory, 'removed')
  const { status, stdout, stderr } = hold(pipe, 'sh', '-c', `rm '${pipe}'; echo gone; exit 7`)
  t.match({ status, stdout, stderr }, { status: 7, stdout: 'gone\r\n', stderr: '' })
})

t.test('where there can be no terminal it says so, and runs nothing', async t => {
  const { status, stdout, stderr } = hold(join(directory, 'nowhere', 'pipe'), 'echo', 'ran')
  t.match({ status, stdout }, { status: 126, stdout: '' })
  t.equal(stderr, 'no terminal can be had: No such file or directory\n')
})
