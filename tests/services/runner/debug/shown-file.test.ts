import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openShownFile, readShownFile } from '../../../../services/runner/debug/shown-file.ts'

t.test(
  'a file that was put behind a link since it was looked at is not opened, nor one that is larger',
  async t => {
    const folder = t.testdir({ secret: 'four' })
    const [secret, link] = [join(folder, 'secret'), join(folder, 'app.py')]
    symlinkSync(secret, link)
    t.equal(await openShownFile(link, 100), undefined)
    t.equal(await openShownFile(folder, 100), undefined)
    t.equal(await openShownFile(secret, 3), undefined)
    await using file = await openShownFile(secret, 4)
    t.equal(await file?.readFile('utf8'), 'four')
  },
)

t.test('who may see a file is judged by what it is, not by its name', async t => {
  const folder = t.testdir({ secret: 'four' })
  const [secret, link] = [join(folder, 'secret'), join(folder, 'app.py')]
  symlinkSync(secret, link)
  t.equal(await readShownFile(link, path => path === secret, 100), 'four')
  t.equal(await readShownFile(link, path => path === link, 100), undefined)
  t.equal(await readShownFile(join(folder, 'gone'), () => true, 100), undefined)
})
