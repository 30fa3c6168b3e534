import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import t, { type Test } from 'tap'
import { environmentsOf } from '../../../../services/store/environments.ts'
import { runnerRig } from '../rig.ts'

t.setTimeout(240_000)

/** Programs of these names that are none: they note how they were called, and make the prefix that they were told. */
function standIns(t: Test, ...names: string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'conda-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  mkdirSync(join(directory, 'bin'))
  const program = (name: string) => `#!/bin/sh
if [ "$1" = --version ]; then echo '${name} 2.0 (stand-in)'; exit; fi
echo "${name} $*" >> '${directory}/calls'
while [ $# -gt 0 ]; do
  if [ "$1" = --prefix ]; then prefix=$2; fi
  if [ "$1" = --file ]; then file=$2; fi
  shift
done
mkdir -p "$prefix/bin" "$CONDA_PKGS_DIRS/package"
printf '#!/bin/sh\\necho conda: %s\\n' "$(cat "$file")" > "$prefix/bin/tells"
chmod +x "$prefix/bin/tells"
`
  for (const name of names) writeFileSync(join(directory, 'bin', name), program(name), { mode: 0o755 })
  return {
    path: [join(directory, 'bin'), process.env.PATH].join(delimiter),
    calls: () => readFileSync(join(directory, 'calls'), 'utf8').trimEnd().split('\n'),
  }
}

for (const [tool, words] of [
  ['micromamba', 'create --yes'],
  ['mamba', 'env create'],
  ['conda', 'env create'],
] as const)
  t.test(`${tool} makes a prefix where it stays, and commands find what is in it`, async t => {
    const { path, calls } = standIns(t, tool)
    const rig = await runnerRig(t, { path })
    const repository = await rig.repository({ 'environment.yml': 'name-of-it\n', 'app.py': '' })
    const session = await rig.session(repository, { environment: ['conda'] })
    t.match(session, { status: 'running' })
    const [environment] = await environmentsOf(rig.store, session.id)
    if (environment === undefined) throw new Error('no environment')
    const directory = rig.files.environment(environment.id)
    t.strictSame(calls(), [`${tool} ${words} --prefix ${directory}/conda --file environment.yml`])
    const told = await rig.run(session, 'tells; echo "$CONDA_PREFIX"')
    t.equal(rig.stdout(told), `conda: name-of-it\n${directory}/conda\n`)
  })

t.test('of several the quickest is taken', async t => {
  const { path, calls } = standIns(t, 'conda', 'mamba', 'micromamba')
  const rig = await runnerRig(t, { path })
  const repository = await rig.repository({ 'environment.yaml': 'x\n' })
  t.match(await rig.session(repository, { environment: ['conda'] }), { status: 'running' })
  t.match(calls(), [/^micromamba create --yes --prefix \S+ --file environment\.yaml$/])
})
