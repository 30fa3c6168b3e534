import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { resolveUrl } from '../../../../services/runner/submodules/resolve-url.ts'
import { git } from '../rig.ts'

t.test('relative addresses are resolved as git does', async t => {
  const directory = t.testdir({})
  git(directory, 'init', '--quiet')
  const cases: [base: string, urls: string[]][] = [
    [
      'https://host:8443/team/app.git',
      ['../lib.git', './lib', '../../other/lib.git/', 'https://other/x', '/srv/x'],
    ],
    ['ssh://git@host/team/app/', ['../lib', '../../x']],
    ['git@host:team/app.git', ['../lib.git', '../../other/lib.git']],
    ['git@host:/srv/git/app', ['../lib.git', '../../lib.git']],
    ['git@[::1]:team/app', ['../lib.git']],
    ['/srv/git/app', ['../lib', './.././lib']],
  ]
  for (const [which, [base, urls]] of cases.entries()) {
    git(directory, 'config', 'remote.origin.url', base)
    const names = urls.map((_, nth) => `x${which}-${nth}`)
    const sections = urls.map(
      (url, nth) => `[submodule "${names[nth]}"]\n\tpath = ${names[nth]}\n\turl = ${url}\n`,
    )
    writeFileSync(join(directory, '.gitmodules'), sections.join(''))
    const entries = names.flatMap(name => ['--cacheinfo', `160000,${'1'.repeat(40)},${name}`])
    git(directory, 'update-index', '--add', ...entries)
    git(directory, 'submodule', 'init', '--quiet', '--', ...names)
    for (const [nth, url] of urls.entries())
      t.equal(
        resolveUrl(base, url),
        git(directory, 'config', `submodule.${names[nth]}.url`),
        `${base} ${url}`,
      )
  }
})

t.test('none leads above the path of its host', async t => {
  for (const [base, url] of [
    ['https://host/app', '../../other/x'],
    ['https://host/team/app', '../../../x'],
    ['git@host:app', '../../x'],
    ['git@host:/app', '../../x'],
    ['git@[::1]:app', '../../x'],
    ['/srv', '../../x'],
    ['nothing', '../x'],
  ] as const)
    t.equal(resolveUrl(base, url), undefined, `${base} ${url}`)
})
