import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { directoryBytes } from '../../../services/runner/directory-bytes.ts'

t.test('what lies below a name that is no UTF-8 is counted', async t => {
  const root = mkdtempSync(join(tmpdir(), 'directory-bytes-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  const odd = Buffer.concat([Buffer.from(`${root}/d`), Buffer.from([0xff])])
  mkdirSync(odd)
  writeFileSync(Buffer.concat([odd, Buffer.from('/file')]), Buffer.alloc(100_000, 1))
  const bytes = await directoryBytes(root, new AbortController().signal)
  t.ok(bytes >= 100_000, `${bytes} bytes`)
})
