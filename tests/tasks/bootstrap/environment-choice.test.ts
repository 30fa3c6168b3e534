import t from 'tap'
import { type Choice, choose, type Facts } from '../../../tasks/bootstrap/environment/choose.ts'
import { condaFileFor } from '../../../tasks/bootstrap/environment/conda-file.ts'
import { flavourOf, type Probe } from '../../../tasks/bootstrap/environment/conda-tool.ts'
import { readEnvironmentFile } from '../../../tasks/bootstrap/environment/environment-file.ts'
import { installerFor } from '../../../tasks/bootstrap/environment/installer.ts'
import { bestPython, type HostPython, satisfies } from '../../../tasks/bootstrap/environment/python.ts'

/** The decisions about an environment, which are pure. */

const usable: Probe = { kind: 'usable', tool: { path: '/bin/conda', flavour: 'conda', version: '24.1' } }
const broken: Probe = { kind: 'broken', path: '/bin/conda', reason: 'no Python' }
const url = 'https://example.org/installer.sh'
const nothing: Facts = {
  onPath: undefined,
  installed: undefined,
  installer: { kind: 'available', url },
  download: undefined,
}
const unsupported = { installer: { kind: 'unsupported', reason: 'no installer for plan9' } } as const
const unavailable = { download: { kind: 'unavailable', reason: 'example.org is gone' } } as const
const reachable = { download: { kind: 'reachable' } } as const

t.test('the manager: what is asked for, what is known, and what follows', async t => {
  const table: [wish: 'auto' | 'conda' | 'venv' | 'none', facts: Partial<Facts>, choice: Partial<Choice>][] =
    [
      ['none', { onPath: usable }, { kind: 'none' }],
      ['venv', { onPath: usable }, { kind: 'venv', instead: false }],
      ['venv', { onPath: broken }, { kind: 'venv' }],
      ['conda', { onPath: usable }, { kind: 'conda', reason: 'it is on PATH' }],
      ['auto', { onPath: usable }, { kind: 'conda' }],
      ['auto', { installed: usable }, { kind: 'conda', reason: 'it is installed' }],
      ['auto', { onPath: broken, installed: usable }, { kind: 'impossible' }],
      ['conda', { installed: broken }, { kind: 'impossible' }],
      ['auto', {}, { kind: 'ask_host', url }],
      ['auto', reachable, { kind: 'install', url }],
      ['conda', {}, { kind: 'install', url }],
      ['auto', unavailable, { kind: 'venv', instead: true }],
      ['conda', unavailable, { kind: 'impossible' }],
      ['auto', unsupported, { kind: 'venv', instead: true }],
      ['conda', unsupported, { kind: 'impossible' }],
    ]
  for (const [wish, facts, choice] of table)
    t.match(choose(wish, { ...nothing, ...facts }), choice, `${wish} ${JSON.stringify(facts)}`)
  t.match(choose('auto', { ...nothing, ...unavailable }), {
    reason: 'conda is not on PATH, and cannot be installed: example.org is gone',
  })
  t.match(choose('conda', { ...nothing, ...unsupported }), { fix: /environment\.manager = "venv"/ })
})

t.test('the installer: for the platform and processor, or the configured one', async t => {
  const at = (platform: string, architecture: string, request = {}) =>
    installerFor({ installerUrl: '', installPath: '/miniconda3', ...request }, platform, architecture)
  for (const [platform, architecture, name] of [
    ['linux', 'x64', 'Linux-x86_64'],
    ['linux', 'arm64', 'Linux-aarch64'],
    ['darwin', 'x64', 'MacOSX-x86_64'],
    ['darwin', 'arm64', 'MacOSX-arm64'],
  ] as const)
    t.same(at(platform, architecture), {
      kind: 'available',
      url: `https://repo.anaconda.com/miniconda/Miniconda3-latest-${name}.sh`,
    })
  for (const [platform, architecture] of [
    ['linux', 'ia32'],
    ['win32', 'x64'],
    ['freebsd', 'arm64'],
  ] as const)
    t.same(at(platform, architecture), {
      kind: 'unsupported',
      reason: `no Miniconda installer is known for ${platform} on ${architecture}; set environment.conda_installer_url`,
    })
  t.same(at('freebsd', 'x64', { installerUrl: url }), { kind: 'available', url })
  t.match(at('linux', 'x64', { installPath: '/my files/miniconda3' }), {
    reason: 'Miniconda cannot be installed into a path with spaces: /my files/miniconda3',
  })
})

t.test('flavours by name', async t => {
  for (const [path, flavour] of [
    ['/opt/conda/bin/conda', 'conda'],
    ['/opt/mamba/bin/conda', 'conda'],
    ['/bin/mamba', 'mamba'],
    ['/bin/micromamba-2', 'micromamba'],
  ] as const)
    t.equal(flavourOf(path), flavour)
})

t.test('an environment file: its dependencies, and what is nested in them', async t => {
  const text = `# ours
name: x
dependencies:   # by name
# a comment
- "python >=3.9"
- conda-forge::Numpy=1.26  # fast

- pip
- pip:
  - -r requirements.txt
  - tomli-w
channels:
- conda-forge
`
  const file = readEnvironmentFile(text)
  t.match(file, {
    kind: 'read',
    dependencies: [
      { line: 4, spec: 'python >=3.9', name: 'python', constraint: '>=3.9' },
      { spec: 'conda-forge::Numpy=1.26', name: 'numpy', constraint: '=1.26' },
      { name: 'pip', constraint: '' },
    ],
    nested: ['-r requirements.txt', 'tomli-w'],
  })
  t.match(readEnvironmentFile(text.replaceAll('\n', '\r\n')), { kind: 'read', dependencies: { length: 3 } })
  t.match(readEnvironmentFile('name: x\n'), { reason: 'it has no list of dependencies' })
  t.match(readEnvironmentFile('dependencies: [python]\n'), { reason: /not written one a line/ })
})

t.test('python_version reaches the solver', async t => {
  const file = (python: string) => `dependencies:\n  - pip\n  - ${python}\n  - fd\n`
  for (const [python, version, result] of [
    ['python=3.11', '3.11', 'as_it_is'],
    ['python==3.11.4', '3.11', 'as_it_is'],
    ['python 3.11.*', '3.11', 'as_it_is'],
    ['python=3.11=*_cpython', '3.11', 'as_it_is'],
    ['python', '3.11', 'python=3.11'],
    ['python=3', '3.11', 'python=3.11'],
    ['"python>=3.9"', '3.11', 'python>=3.9,3.11.*'],
    ['python >=3.9,<3.13', '3.11', 'python>=3.9,<3.13,3.11.*'],
  ] as const) {
    const made = condaFileFor(file(python), version)
    if (result === 'as_it_is') t.same(made, { kind: 'as_it_is' }, python)
    else t.same(made, { kind: 'generated', text: file(result) }, python)
  }
  t.same(condaFileFor('dependencies:\n    - pip\n    - python-dateutil\n', '3.12'), {
    kind: 'generated',
    text: 'dependencies:\n    - python=3.12\n    - pip\n    - python-dateutil\n',
  })
  for (const [text, reason] of [
    [file('python=3.12'), /asks for "python=3\.12", but environment\.python_version is 3\.11/],
    [file('python=3.1'), /asks for "python=3\.1", but/],
    [file('python=3.10|3.11'), /asks for "python=3\.10\|3\.11", but/],
    [
      'dependencies:\n  - pip\n  - pip:\n      - -r requirements.txt\n',
      /it refers to "-r requirements\.txt" beside it/,
    ],
    ['name: x\n', /no list of dependencies/],
  ] as const)
    t.match(condaFileFor(text, '3.11'), { kind: 'refused', reason })
})

t.test('which Python makes a venv', async t => {
  t.ok(satisfies('3.11.7', '3.11'))
  t.ok(satisfies('3.11.7', '3'))
  t.notOk(satisfies('3.11.7', '3.1'))
  t.notOk(satisfies('3.11.7', '3.11.8'))
  const python = (path: string, version: string, ensurepip = true): HostPython => ({
    path,
    base: path,
    version,
    ensurepip,
  })
  const [wrong, bare, right] = [python('a', '3.9.1'), python('b', '3.11.2', false), python('c', '3.11.7')]
  t.equal(bestPython([wrong, bare, right], '3.11'), right)
  t.equal(bestPython([wrong, bare], '3.11'), bare)
  t.equal(bestPython([bare, wrong], '3.12'), wrong)
  t.equal(bestPython([bare], '3.12'), bare)
  t.equal(bestPython([], '3.12'), undefined)
})
