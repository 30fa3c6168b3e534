import { join } from 'node:path'
import t from 'tap'
import { readConfigFile } from '../../../config/client/config-file.ts'
import { caller } from '../samples.ts'
import { standIn } from '../stand-in-server.ts'
import { cli, temporary } from './rig.ts'

t.test('servers are kept by name, listed, chosen and forgotten', async t => {
  const home = await temporary(t)
  const environment = { DEBUG_SERVER_HOME: home }
  const server = await standIn({ 'server.whoami': () => caller() })
  t.teardown(() => server[Symbol.asyncDispose]())
  const profile = (...args: string[]) => cli(['profile', ...args], { environment })
  const keep = (name: string, url: string, secret: string) =>
    cli(['configure', '--profile', name, '--base-url', url, '--token', secret], { environment })

  t.equal((await profile('list')).stdout, 'no profiles\n')
  t.match((await keep('work', server.url, 'of-work')).stdout, /config\.toml as profile "work"\n$/)
  await keep('home', 'http://127.0.0.1:1', 'of-home')
  t.equal((await cli(['whoami'], { environment })).code, 3, 'none of them is meant without a name')
  t.equal((await cli(['whoami', '--profile', 'work'], { environment })).code, 0)
  t.equal(server.received.at(-1)?.authorization, 'Bearer of-work')
  t.equal((await cli(['whoami'], { environment: { ...environment, DEBUG_SERVER_PROFILE: 'home' } })).code, 5)

  t.equal((await profile('use', 'work')).stdout, 'using work\n')
  t.equal((await cli(['whoami'], { environment })).code, 0)
  const list = await profile('list')
  t.match(list.stdout, /^NAME +IN USE +SERVER\nwork +yes +http.*\nhome +- +http/)
  t.notMatch(list.stdout, 'of-work')
  t.same(
    JSON.parse((await profile('list', '--json', '--profile', 'home')).stdout).map(
      ({ name, in_use }: { name: string; in_use: boolean }) => [name, in_use],
    ),
    [
      ['work', false],
      ['home', true],
    ],
  )
  t.match(await cli(['configure', '--token', 'renewed'], { environment }), { code: 0 })
  t.match(await profile('use', 'wrok'), { code: 4, stderr: /no profile "wrok"\n {2}did you mean "work"/ })
  t.equal((await profile('remove', 'work')).stdout, 'removed work\n')
  t.same(await readConfigFile(join(home, 'config.toml')), {
    profiles: { home: { base_url: 'http://127.0.0.1:1', token: 'of-home' } },
  })
  t.match(await profile('remove', 'work', '--json'), { code: 4, stderr: /"code":"profile_not_found"/ })
})

t.test('an error about a token names the profile it was kept in', async t => {
  const environment = { DEBUG_SERVER_HOME: await temporary(t) }
  const server = await standIn({})
  t.teardown(() => server[Symbol.asyncDispose]())
  await cli(['configure', '--profile', 'work', '--base-url', server.url, '--token', 'x'], { environment })
  const shown = await cli(['config', 'show', '--profile', 'work'], { environment })
  t.match(shown.stdout, /^profile +work +flag$/m)
  const without = await cli(['whoami', '--profile', 'work', '--verify', '--insecure'], { environment })
  t.match(without, { code: 2, stderr: /both --verify and --insecure/ })
})
