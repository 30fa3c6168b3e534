import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { createPlace } from '../../tasks/cli-rig.ts'
import { missing, programsOf, Typist } from '../../tasks/completions-rig.ts'
import { page, repository, session } from '../samples.ts'
import { Refusal, standIn } from '../stand-in-server.ts'
import { at, cli } from './rig.ts'

// Three shells, each with a terminal, start a program for every TAB.
t.setTimeout(300_000)

const bin = resolve(import.meta.dirname, '../../../client/cli/bin.mjs')

const lines: readonly [typed: string, words: readonly string[]][] = [
  ['debug-server repo\t fe\t de\t', ['debug-server', 'repository', 'fetch', 'demo']],
  ['debug-server session get @l\t', ['debug-server', 'session', 'get', '@last']],
  ['debug-server session list --status=run\t', ['debug-server', 'session', 'list', '--status=running']],
  ['debug-server session create --patch zzz\t', ['debug-server', 'session', 'create', '--patch', 'zzz-file']],
]

for (const shell of ['bash', 'zsh', 'fish'] as const)
  t.test(shell, { skip: missing(shell) }, async t => {
    await using server = await standIn({
      'sessions.list': () => page(session()),
      'repositories.list': () => page(repository({ name: 'demo' })),
    })
    const place = createPlace(t)
    place.write('zzz-file', '')
    const config = `[profiles.default]\nbase_url = "${server.url}"\ntoken = "secret-of-mine"\n`
    place.write('.config/debug-server/config.toml', config)
    const programs = programsOf(place)
    chmodSync(place.write('bin/debug-server', `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`), 0o755)
    const script = place.write(`script.${shell}`, (await cli(['completions', shell])).stdout)
    await using typist = new Typist(shell, place, programs)
    await typist.run(`source '${script}'`)
    for (const [typed, words] of lines) t.same(await typist.words(typed), words, JSON.stringify(typed))
    t.equal(server.received.at(-1)?.authorization, 'Bearer secret-of-mine')
  })

t.test('names are kept for seconds, and a server that cannot be asked costs nothing but them', async t => {
  let names = ['demo']
  let isDown = false
  await using server = await standIn({
    'repositories.list': () => {
      if (isDown) throw new Refusal('insufficient_scope', 'no')
      return page(...names.map(name => repository({ name })))
    },
  })
  const cache = createPlace(t).path
  const environment = { ...at(server.url), XDG_CACHE_HOME: cache }
  let now = 1_000_000
  const fetch = async () =>
    await cli(['--complete', 'fish', 'repository', 'fetch', ''], { environment, now: () => now })
  t.match((await fetch()).stdout, /^\0demo\thttps?:/)
  names = ['other']
  t.match((await fetch()).stdout, 'demo', 'at once')
  t.equal(server.received.length, 1)
  now += 6_000
  t.match((await fetch()).stdout, 'other', 'a little later')
  isDown = true
  now += 6_000
  t.same(await fetch(), { code: 0, stdout: '\0', stderr: '' })
  const kept = readdirSync(cache, { recursive: true })
    .map(String)
    .filter(name => name.endsWith('.json'))
  for (const name of kept) t.notMatch(readFileSync(join(cache, name), 'utf8'), 'secret')
  t.same(await cli(['--complete', 'zsh', 'session', 'get', ''], {}), { code: 0, stdout: '\0', stderr: '' })
  t.match(await cli(['completions', 'tcsh']), { code: 2, stderr: /"tcsh": expected bash, zsh, fish/ })
})
