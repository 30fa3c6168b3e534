import t from 'tap'
import { foreignNeeds } from '../../../client/manager/packages/foreign-needs.ts'

t.test('what a package needs from elsewhere than the registry is found in the lock file', t => {
  const lock = (dependencies: Record<string, string>, more: object = {}) => ({
    packages: {
      '': { dependencies: { asked: 'file:../asked' } },
      'node_modules/asked': { dependencies, ...more },
    },
  })
  const good = [
    '^1.2.3',
    '1 || 2',
    '*',
    '',
    'latest',
    '>=1 <2',
    'npm:other@^1',
    'npm:@a/b@1.0.0',
    'npm:other',
    '1.x',
  ]
  t.same(foreignNeeds(lock(Object.fromEntries(good.map((spec, at) => [`x${at}`, spec])))), [])
  for (const spec of [
    'git+https://example.org/x.git',
    'git@example.org:x/y.git',
    'github:x/y',
    'x/y',
    'x/y#main',
    'https://example.org/x.tgz',
    'file:../x',
    '../x',
    '/x',
    'link:x',
    'workspace:*',
    'npm:../x@1',
  ])
    t.same(foreignNeeds(lock({ x: spec })), [`asked needs x as ${spec}`], spec)
  t.same(foreignNeeds(lock({}, { optionalDependencies: { y: 'x/y' } })), ['asked needs y as x/y'])
  t.same(
    foreignNeeds(lock({}, { peerDependencies: { y: 'https://example.org/y.tgz' } })),
    ['asked needs y as https://example.org/y.tgz'],
    'npm installs what a package wants beside it, too',
  )
  t.same(foreignNeeds(lock({ y: 'x/y' }, { peerDependencies: { y: '^1' } })), ['asked needs y as x/y'])
  t.throws(() => foreignNeeds({}))
  t.end()
})

t.test('what a package has locked itself comes from where all others do', t => {
  const at = (resolved?: string) => ({
    packages: {
      '': {},
      'node_modules/asked': { resolved: 'https://npm.example.org/asked-1.0.0.tgz', hasShrinkwrap: true },
      'node_modules/asked/node_modules/x': resolved === undefined ? {} : { resolved },
      'node_modules/local': { resolved: 'file:../local' },
    },
  })
  for (const good of [
    undefined,
    'https://npm.example.org/x.tgz',
    'https://registry.npmjs.org/x/-/x-1.0.0.tgz',
  ])
    t.same(foreignNeeds(at(good)), [], good ?? 'none is told')
  for (const bad of [
    'https://elsewhere.example.org/x.tgz',
    'http://npm.example.org/x.tgz',
    'git+ssh://git@example.org/x.git#0123',
    'file:../x',
    '../x',
  ])
    t.same(foreignNeeds(at(bad)), [`x comes from ${bad}`], bad)
  t.end()
})
