import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { git } from '../rig.ts'
import { headOf, type Named, nameSubmodules, servedRig } from './submodule-rig.ts'

t.setTimeout(200_000)

t.test('nothing that .gitmodules says is run, written elsewhere or fetched from elsewhere', async t => {
  const { rig, urlOf } = await servedRig(t)
  const ran = join(rig.root, 'ran')
  const inner = rig.origin({ 'inner.txt': 'inner\n' })
  const url = urlOf(inner)
  const named = (change: Partial<Named>): Named => ({ path: 'x', url, commit: headOf(inner), ...change })
  const cases: [what: string, named: Named[], message: RegExp][] = [
    ['a name that leads out', [named({ name: '../../hooks' })], /name .* is no plain path/],
    [
      'a name in that of another',
      [named({ name: 'A' }), named({ path: 'y', name: 'a/hooks' })],
      /another lies in it/,
    ],
    ['an address for a program', [named({ url: `ext::touch ${ran}` })], /the submodule "x".*an address that/],
    ['credentials', [named({ url: 'https://me:hunter2@127.0.0.1/x' })], /no credentials/],
    ['a path of the server', [named({ url: inner })], /a path of the server only where that is registered/],
    ['what is above the host', [named({ url: '../../../other/x' })], /leads out of the host/],
  ]
  for (const [what, all, message] of cases) {
    const origin = rig.origin()
    nameSubmodules(origin, ...all)
    const session = await rig.session(await rig.repository(urlOf(origin)))
    t.match(session, { status: 'failed', failure_json: /"submodule_unavailable"/ }, what)
    t.match(JSON.parse(session.failure_json ?? '').message, message, what)
    t.notMatch(session.failure_json, 'hunter2')
    t.notOk(existsSync(rig.files.session(session.id)))
  }
  t.notOk(existsSync(ran))

  await t.test('a command in place of an update is not run, and the submodule is had', async t => {
    const origin = rig.origin()
    nameSubmodules(origin, named({ more: `\tupdate = !touch ${ran}\n\tbranch = evil\n\tignore = all` }))
    const session = await rig.session(await rig.repository(urlOf(origin)))
    t.match(session, { status: 'running', failure_json: null })
    t.equal(
      rig.stdout(await rig.run(session, 'cat x/inner.txt; git config --get-regexp submodule')),
      `inner\nsubmodule.x.active true\nsubmodule.x.url ${url}\n`,
    )
    t.notOk(existsSync(ran))
  })

  await t.test('other files are not read', async t => {
    const secret = join(rig.root, 'secret')
    writeFileSync(secret, `[submodule "y"]\n\tpath = y\n\turl = ${url}\n`)
    const including = rig.origin({ '.gitmodules': `[include]\n\tpath = ${secret}\n` })
    nameSubmodules(including, named({}))
    const session = await rig.session(await rig.repository(urlOf(including)))
    t.match(session, { status: 'running', submodules_json: /"path":"x"/ })
    t.notMatch(session.submodules_json, '"path":"y"')
    const linked = rig.origin()
    // Git itself would not make such a tree.
    const tree = execFileSync('git', ['mktree'], {
      cwd: linked,
      input: `120000 blob ${git(linked, 'rev-parse', 'HEAD:README.md')}\t.gitmodules\n`,
      encoding: 'utf8',
    })
    git(linked, 'update-ref', 'HEAD', git(linked, 'commit-tree', tree.trim(), '-m', 'A link'))
    t.match(await rig.session(await rig.repository(urlOf(linked))), { failure_json: /is no plain file/ })
    for (const [text, message] of [
      ['[submodule "x', /no configuration that git could read/],
      [`#${'x'.repeat(1_100_000)}\n`, /more than 1048576 bytes/],
    ] as const) {
      const origin = rig.origin({ '.gitmodules': text })
      t.match(await rig.session(await rig.repository(urlOf(origin))), { failure_json: message })
    }
  })

  await t.test('there is an end to how many, and to how deep', async t => {
    const many = rig.origin()
    nameSubmodules(many, ...Array.from({ length: 251 }, (_, nth) => named({ path: `x${nth}` })))
    t.match(await rig.session(await rig.repository(urlOf(many))), {
      failure_json: /more than 250 submodules/,
    })
    // Each has all of its former selves, so that there are twice as many at each level.
    const bomb = rig.origin()
    for (let depth = 0; depth < 7; depth++)
      nameSubmodules(bomb, named({ path: `x${depth}`, url: urlOf(bomb), commit: headOf(bomb) }))
    const repository = await rig.repository(urlOf(bomb))
    t.match(await rig.session(repository), { failure_json: /more than 5 levels deep/ })
    t.equal(readdirSync(rig.files.submodulesOf(repository.id)).length, 1, 'fetched once')
  })
})
