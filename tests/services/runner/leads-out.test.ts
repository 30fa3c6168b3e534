import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { leadsOut } from '../../../services/runner/leads-out.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'leads-out-')))
t.teardown(() => rmSync(root, { recursive: true }))
const top = join(root, 'top')
mkdirSync(join(top, 'a', 'b'), { recursive: true })
writeFileSync(join(root, 'there'), '')
for (const [name, target] of [
  ['out', root],
  ['a/up', '../..'],
  ['a/back', '../../top/a/b'],
  ['whole', join(top, 'a')],
  ['a/inside', '../a/./b'],
  ['nowhere', 'missing'],
  ['loop', 'loop'],
  ['again', 'a/up'],
] as const)
  symlinkSync(target, join(top, name))

t.test('a path leads out by itself or by a link, whatever is there', async t => {
  for (const path of ['..', 'a/../..', 'out', 'a/up', 'again', 'whole/up'])
    for (const below of ['', '/there', '/missing', '/missing/deeper'])
      t.equal(await leadsOut(top, path + below), true, path + below)
  t.equal(await leadsOut(top, 'a/back'), true, 'also where it comes back')
  for (const path of [
    '',
    'a',
    'a/b/../b',
    'whole',
    'whole/b',
    'a/inside',
    'a/inside/missing',
    'nowhere',
    'loop/x',
  ])
    t.equal(await leadsOut(top, path), false, path)
})
