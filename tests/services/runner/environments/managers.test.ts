import t from 'tap'
import { documents } from '../../../../config/schema.ts'
import { environmentManagers } from '../../../../services/contract/environment-state.ts'
import { chooseManagers } from '../../../../services/runner/environments/choose-managers.ts'
import { managers } from '../../../../services/runner/environments/managers/managers.ts'

const auto = (...files: string[]) => {
  const chosen = chooseManagers(['auto'], new Set(files))
  return chosen.ok ? chosen.managers.map(({ name }) => name) : chosen.message
}

t.test('auto takes one of each language, by what is at the top', async t => {
  t.same(auto(), [])
  t.same(auto('docs/package-lock.json', 'package.json', 'pyproject.toml'), [], 'a lock file, and at the top')
  t.same(auto('requirements.txt', 'package-lock.json', 'Cargo.lock', 'go.mod'), ['pip', 'npm', 'cargo', 'go'])
  t.same(auto('requirements.txt', 'uv.lock', 'environment.yml'), ['uv'])
  t.same(auto('requirements.txt', 'environment.yml'), ['conda'])
  t.same(auto('package-lock.json', 'yarn.lock', 'pnpm-lock.yaml'), ['pnpm'])
})

t.test('what is named and not there is refused, with how it is made', async t => {
  const refusal = (name: keyof typeof managers, ...files: string[]) => {
    const chosen = chooseManagers([name], new Set(files))
    return chosen.ok ? undefined : chosen.message
  }
  t.equal(
    refusal('uv', 'pyproject.toml'),
    'uv needs uv.lock at the top of the worktree, and there is none; "uv lock" makes it',
  )
  t.equal(
    refusal('pip', 'pyproject.toml'),
    'pip needs requirements.txt at the top of the worktree, and there is none',
  )
})

t.test('every manager can be named, in the configuration as well', async t => {
  t.same(Object.keys(managers).sort(), [...environmentManagers].sort())
  const parsed = documents.server.safeParse({ environments: { default: environmentManagers } })
  t.ok(parsed.success)
  t.notOk(documents.server.safeParse({ environments: { default: ['auto', 'npm'] } }).success)
})

t.test('what each builds from', async t => {
  const files = [
    ...['package.json', 'a/package.json', 'node_modules/b/package.json', 'package-lock.json', 'yarn.lock'],
    ...['.npmrc', '.yarn/releases/yarn.cjs', '.yarn/cache/c.zip', 'pnpm-workspace.yaml', 'patches/d.patch'],
    ...[
      'requirements.txt',
      'requirements-dev.txt',
      'requirements/e.txt',
      'docs/requirements.txt',
      'setup.py',
    ],
    ...['pyproject.toml', 'a/pyproject.toml', 'uv.lock', 'environment.yml', 'Cargo.lock', 'a/Cargo.toml'],
    ...['.cargo/config.toml', 'src/main.rs', 'go.mod', 'a/go.sum', 'main.go'],
  ]
  const read = Object.fromEntries(
    Object.values(managers).map(manager => [manager.name, files.filter(file => manager.reads(file))]),
  )
  t.same(read, {
    uv: ['pyproject.toml', 'a/pyproject.toml', 'uv.lock'],
    conda: ['environment.yml'],
    pip: ['requirements.txt', 'requirements-dev.txt', 'requirements/e.txt'],
    pnpm: ['package.json', 'a/package.json', '.npmrc', 'pnpm-workspace.yaml', 'patches/d.patch'],
    yarn: ['package.json', 'a/package.json', 'yarn.lock', '.npmrc', '.yarn/releases/yarn.cjs'],
    npm: ['package.json', 'a/package.json', 'package-lock.json', '.npmrc'],
    cargo: ['Cargo.lock', 'a/Cargo.toml', '.cargo/config.toml'],
    go: ['go.mod', 'a/go.sum'],
  })
  t.ok(managers.cargo.sees?.('src/main.rs'))
})

t.test('requirements that are paths are code of the repository', async t => {
  const lines = [
    'answers==1',
    '-e .',
    '--editable ./lib',
    '.',
    '.[dev]',
    './lib',
    '../lib',
    '-e lib',
    'file:lib',
    '-e git+https://example.org/x.git#egg=x',
    '-r more.txt',
    '-einstein',
  ]
  t.same(managers.pip.trimmed?.('requirements.txt', lines.join('\n')).split('\n'), [
    'answers==1',
    ...lines.slice(1, 9).map(line => `# left out: ${line}`),
    ...lines.slice(9),
  ])
})

t.test('what goes on in the next line is left out with it, and nothing else', async t => {
  const lines = [
    './a.whl \\',
    '  --hash=sha256:aa \\',
    '  --hash=sha256:bb',
    'answers==1 \\',
    '  ; python_version > "3"',
    '.',
  ]
  t.same(managers.pip.trimmed?.('requirements.txt', lines.join('\n')).split('\n'), [
    ...lines.slice(0, 3).map(line => `# left out: ${line.trim()}`),
    ...lines.slice(3, 5),
    '# left out: .',
  ])
})

t.test('requirements name others, from where they lie', async t => {
  const named = (line: string) => managers.pip.names?.('requirements/sub/a.txt', line)
  t.same(named('-r b.txt  # more'), ['requirements/sub/b.txt'])
  t.same(named('-r../c.in'), ['requirements/c.in'])
  t.same(named('  --requirement ../../dev-requirements.txt'), ['dev-requirements.txt'])
  t.same(named('--constraint="../../deps/all of them.txt"'), ['deps/all of them.txt'])
  t.same(named("-c '../../x.txt'"), ['x.txt'])
  t.same(named('requests\n-r d.txt\n--requirements-of-nobody e.txt\n# -r f.txt'), ['requirements/sub/d.txt'])
})

t.test('a manifest loses its scripts and nothing else; what is no manifest stays', async t => {
  const trimmed = (path: string, text: string) => managers.npm.trimmed?.(path, text)
  t.equal(
    trimmed('package.json', '{"name":"a","scripts":{"postinstall":"x"},"type":"module"}'),
    '{"name":"a","type":"module"}',
  )
  t.equal(trimmed('a/package.json', '{broken'), '{broken')
  t.equal(trimmed('package-lock.json', '{"scripts":{}}'), '{"scripts":{}}')
})

t.test('how each is called, with and without network', async t => {
  const line = (name: keyof typeof managers, tool: string, offline: boolean, ...files: string[]) =>
    managers[name].build({ tool, offline, files: new Set(files) })
  for (const name of environmentManagers) {
    const open = line(name, name, false)
    t.match(open, /^set -eu; .*\$DEBUG_SERVER_ENVIRONMENT/, name)
    t.not(line(name, name, true), open, `${name} is told that it is offline`)
  }
  t.match(
    line('conda', 'micromamba', false),
    /micromamba create --yes --prefix ".*\/conda" --file environment\.yml/,
  )
  t.match(
    line('conda', 'mamba', true, 'environment.yaml'),
    /mamba env create --offline .* --file environment\.yaml/,
  )
  t.match(line('pnpm', 'pnpm', false), /node_modules\/\.modules\.yaml$/, 'which names a store that is gone')
  t.match(line('yarn', 'yarn', false), /yarn install --frozen-lockfile/)
  t.match(
    line('yarn', 'yarn', false, '.yarnrc.yml'),
    /YARN_NODE_LINKER=node-modules.*yarn install --immutable/,
  )
})
