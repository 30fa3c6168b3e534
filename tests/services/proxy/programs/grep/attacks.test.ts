import { chmod, mkdir, open, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { exchange, makeWorkspace, startProgram } from '../rig.ts'
import { engines, gitInit, pathWith } from './rig.ts'

for (const { name, programs, skip } of engines)
  t.test(`attacks on the engine ${name}`, { skip }, async t => {
    const path = await pathWith(t, programs)

    await t.test('a pattern that comes to no end is ended, and so is one that nobody waits for', async t => {
      const { root } = await makeWorkspace(t, { 'a.txt': `${'a'.repeat(40)}b\n` })
      const { call } = await startProgram(t, 'grep', root, path)
      const { texts, failed } = await call('grep', {
        pattern: '(a|a)*(a|a)*(a|a)*(a|a)*(a|a)*c',
        seconds: 0.5,
      })
      t.notOk(failed)
      t.equal(texts[0], '(nothing was found)')
      const leave = new AbortController()
      const left = call('grep', { pattern: '(a|a)*(a|a)*(a|a)*c', seconds: 60 }, leave.signal)
      leave.abort()
      await t.rejects(left)
      t.equal((await call('grep', { pattern: 'b$' })).text, `a.txt:1:${'a'.repeat(40)}b`, 'it goes on')
    })

    await t.test('large files, long lines and many matches come to bounded answers', async t => {
      const { root } = await makeWorkspace(t, {
        'many.txt': 'one\n'.repeat(200_000),
        'line.txt': 'one'.repeat(2_000_000),
      })
      const huge = await open(join(root, 'huge.txt'), 'w')
      await huge.write('one\n')
      await huge.truncate(4 * 1024 ** 3)
      await huge.close()
      const { call } = await startProgram(t, 'grep', root, path)
      const { texts } = await call('grep', { pattern: 'one', limit: 1_000, context: 20 })
      t.ok(texts.join().length < 140_000)
      t.match(texts.at(-1), /there is more/)
      t.equal((await call('grep', { pattern: 'one', glob: 'huge.txt' })).text, '(nothing was found)')
      t.ok((await call('grep', { pattern: 'one', glob: 'line.txt' })).text.length < 500)
    })

    await t.test('what the repository and the user have configured runs nothing', async t => {
      const { root } = await makeWorkspace(t, { 'a.txt': 'one\n' })
      gitInit(root)
      const evil = join(root, 'evil')
      await writeFile(evil, `#!/bin/sh\necho ran >> ${root}/ran\ncat\n`)
      await chmod(evil, 0o755)
      await writeFile(
        join(root, '.git/config'),
        `[core]\nfsmonitor = ${evil}\nhooksPath = ${root}\n[diff "x"]\ntextconv = ${evil}\n`,
      )
      await writeFile(join(root, '.ripgreprc'), `--pre=${evil}\n`)
      const { call } = await startProgram(t, 'grep', root, path)
      t.equal((await call('grep', { pattern: 'one', glob: 'a.txt' })).text, 'a.txt:1:one')
      for (const pattern of [`--pre=${evil}`, '-f/etc/passwd', '--files'])
        await call('grep', { pattern, text: true })
      await t.rejects(readFile(join(root, 'ran')))
    })

    await t.test('who exchanges a directory for a link all the time leads nobody out', async t => {
      const { root, outside } = await makeWorkspace(t, { 'real/secret': 'mine\n' })
      await mkdir(join(root, 'd'))
      await symlink(outside, join(root, 'link'))
      await exchange(t, root)
      const { call } = await startProgram(t, 'grep', root, path)
      for (let round = 0; round < 5; round++)
        for (const input of [
          { pattern: 'secret' },
          { pattern: 'secret', path: 'd' },
          { pattern: 'secret', path: 'd/secret' },
        ])
          t.notMatch((await call('grep', input)).texts.join(), /somebody/)
    })
  })
