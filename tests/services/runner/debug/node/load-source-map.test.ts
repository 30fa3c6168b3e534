import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { loadSourceMap } from '../../../../../services/runner/debug/node/load-source-map.ts'

t.test('sources that a program makes up are no files, and the others are', async t => {
  const top = t.testdir({ 'a.ts': '', secret: '' })
  const file = join(top, 'a.ts')
  const sources = [
    ...[
      'file://elsewhere/a.ts',
      'file:///a%2Fb.ts',
      'file:',
      'webpack://x/\0',
      '\0',
      '%',
      join(top, 'secret'),
    ],
    ...[file, pathToFileURL(file).href, 'a.ts', 'webpack://any/a.ts'],
    null,
  ]
  const text = JSON.stringify({ version: 3, sources, mappings: '' })
  const loaded = await loadSourceMap(join(top, 'a.js'), `data:,${encodeURIComponent(text)}`, {
    top,
    shows: path => path === file,
  })
  t.same(loaded?.paths, [...Array(7).fill(undefined), ...Array(4).fill(file), undefined])
})
