import t from 'tap'
import { commandFrame, firstFrame, parseReport } from '../../../../tasks/engine/commands/frame.ts'

const request = { file: 'f', args: ['a', '', 'ä\n'], cwd: '/d', changes: { A: 'x=y', B: undefined, C: '' } }

t.test('fields with NULs between them, and their length in bytes', async t => {
  t.equal(firstFrame('M', { A: '1', B: undefined, C: '' }), '8\nM\0A=1\0C=')
  t.equal(commandFrame(request), '24\n/d\0' + '3\0A=x=y\0B\0C=\0f\0a\0\0ä\n')
})

t.test('what the system would refuse is not put into one', async t => {
  t.equal(firstFrame('M', { A: '1\0' }), undefined)
  t.equal(firstFrame('M', { '': '1' }), undefined)
  for (const wrong of [
    { file: '' },
    { file: 'a\0b' },
    { args: ['\0'] },
    { cwd: '/\0' },
    { changes: { '': 'x' } },
    { changes: { '': undefined } },
    { changes: { A: '\0' } },
  ])
    t.equal(commandFrame({ ...request, ...wrong }), undefined, JSON.stringify(wrong))
})

t.test('reports', async t => {
  t.same(parseReport('ready'), { kind: 'ready' })
  t.same(parseReport('failed'), { kind: 'failed' })
  const end = (status: number) => parseReport(`ended 12 ${status}`)
  t.same(end(0), { kind: 'ended', pid: 12, end: { exitCode: 0, signal: null } })
  t.match(end(130 << 8), { end: { exitCode: 130, signal: null } })
  t.match(end(2), { end: { exitCode: null, signal: 'SIGINT' } })
  t.match(end(11 | 0x80), { end: { exitCode: null, signal: 'SIGSEGV' } })
  t.match(end(40), { end: { exitCode: null, signal: 'SIG40' } })
  for (const line of ['', 'ended', 'ended 1', 'ended 1 2 3', 'ended x 0', 'Ready', 'ended -1 0'])
    t.equal(parseReport(line), undefined, line)
})
