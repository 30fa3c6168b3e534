import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { hostView } from '../../../../services/runner/sandbox/host-view.ts'

const isReadable = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

t.test('what is private on any host is hidden, whoever runs the server', t => {
  const home = realpathSync(t.testdir())
  const { hidden, masked } = hostView({ own: [], visible: [], path: '/usr/bin', home })
  const there = (paths: readonly string[]) => paths.filter(existsSync).map(path => realpathSync(path))
  for (const path of [home, ...there(['/home', '/root', '/run', '/mnt', '/media', '/etc/ssh'])])
    t.ok(hidden.includes(path), path)
  // Of an ordinary user they are out of reach anyway.
  for (const path of there(['/etc/shadow', '/etc/gshadow']))
    t.equal(masked.includes(path), isReadable(path), path)
  t.end()
})

t.test('of a home programs on PATH are seen, with what they need and nothing beside it', t => {
  const home = realpathSync(t.testdir())
  const cases: readonly (readonly [entry: string, seen: string])[] = [
    ['.pyenv/shims', '.pyenv'],
    ['.cargo/bin', '.cargo'],
    ['tools/app/bin', 'tools/app'],
    ['.local/bin', '.local/bin'],
    ['.local/share/app/bin', '.local/share/app/bin'],
    ['.config/tool/bin', '.config/tool/bin'],
    ['.secrets/bin', '.secrets/bin'],
    ['bin', 'bin'],
    ['scripts', 'scripts'],
  ]
  for (const [entry] of cases) mkdirSync(join(home, entry), { recursive: true })
  mkdirSync(join(home, '.cargo'), { recursive: true })
  writeFileSync(join(home, '.cargo', 'credentials.toml'), 'a token')
  for (const [entry, seen] of cases) {
    const path = ['/usr/bin', join(home, entry), join(home, 'not-there'), 'relative/bin'].join(delimiter)
    const { visible, masked } = hostView({ own: [], visible: [], path, home })
    t.same(
      visible.filter(place => place.startsWith(home)),
      [join(home, seen)],
      entry,
    )
    t.ok(masked.includes(join(home, '.cargo', 'credentials.toml')), 'credentials beside programs are not')
  }
  t.end()
})

t.test('what the server keeps to itself is not made visible again, by PATH or by a link', t => {
  const root = realpathSync(t.testdir({ home: {}, data: { bin: {}, store: 'the store' }, shown: {} }))
  const at = (...names: string[]) => join(root, ...names)
  symlinkSync(at('data'), at('link'))
  const view = (visible: readonly string[], path = '/usr/bin') =>
    hostView({ own: [at('data')], visible, path, home: at('home') })
  t.same(
    view([at('data'), at('link'), root], root).visible.filter(place => place.startsWith(root)),
    [],
    'neither itself nor what it lies in',
  )
  t.ok(view([]).hidden.includes(at('data')))
  t.ok(view([at('data', 'bin')]).visible.includes(at('data', 'bin')), 'but for a part that was named')
  t.end()
})

t.test('what is named by a link is found by that name where it would be hidden', t => {
  const root = realpathSync(t.testdir({ home: { clone: {} }, shared: { modules: {} } }))
  const at = (...names: string[]) => join(root, ...names)
  symlinkSync(at('shared', 'modules'), at('home', 'clone', 'modules'))
  symlinkSync(at('home', 'clone'), at('home', 'here'))
  symlinkSync(at('nowhere'), at('home', 'broken'))
  const names = ['clone/modules', 'here/modules', 'broken', 'clone'].map(name => at('home', name))
  const { links } = hostView({ own: [], visible: names, path: '/usr/bin', home: at('home') })
  t.same(
    links.filter(link => link.at.startsWith(at('home'))),
    [{ at: at('home', 'clone', 'modules'), to: at('shared', 'modules') }],
  )
  t.end()
})
