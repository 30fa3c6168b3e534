import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { UserError } from '../../../../lib/user-error.ts'
import { obtainOpencode, version } from '../../../../services/runner/apps/obtain-opencode.ts'
import { app, appsRig, get, noSandbox, patient, site } from './rig.ts'

t.setTimeout(120_000)

/** As where nothing keeps commands apart. */
const isolation = {
  sandbox: { kind: 'none', reason: 'not here' },
  places: { own: [], visible: [], path: '', home: '/' },
} as const

/** An npm that notes how it was called, and installs what tells its version and serves. */
const npm = `#!/bin/sh
set -e
env > "$NPM_CONFIG_PREFIX_OF_TEST/called-$$"
[ ! -e "$NPM_CONFIG_PREFIX_OF_TEST/broken" ] || { echo 'no registry today' >&2; exit 1; }
sleep 0.3
for other in opencode-ai opencode-linux-x64-baseline opencode-linux-x64; do mkdir -p "$3/node_modules/$other/bin"; done
printf '#!/bin/sh\nexit 1\n' > "$3/node_modules/opencode-linux-x64/bin/opencode"
cat > "$3/node_modules/opencode-linux-x64-baseline/bin/opencode" <<'END'
#!/bin/sh
if [ "$1" = --version ]; then ! touch "$0x" 2>/dev/null || exit 8; touch "$HOME/x"; echo ${version}; exit; fi
! rm -f "$0" 2>/dev/null || exit 9
exec python3 site.py --socket "$1"
END
chmod +x "$3"/node_modules/*/bin/opencode
`

t.test(
  'opencode is fetched once for all sessions, which can run and not change it',
  { skip: noSandbox },
  async t => {
    const opencode = app({ command: ['{opencode}', '{socket}'], ready: '/' })
    const place = t.testdir({ bin: {}, notes: {} })
    const [bin, notes] = [join(place, 'bin'), join(place, 'notes')]
    await writeFile(join(bin, 'npm'), npm, { mode: 0o755 })
    const rig = await appsRig(
      t,
      { opencode },
      {
        npm: {
          PATH: `${bin}:${process.env.PATH}`,
          ...{ NPM_CONFIG_PREFIX_OF_TEST: notes, DEBUG_SERVER_TOKEN: 'secret', HOME: place },
        },
      },
    )
    const repository = await rig.repository({ 'site.py': site })
    const [first, second, third] = [
      await rig.session(repository),
      await rig.session(repository),
      await rig.session(repository),
    ]
    await writeFile(join(notes, 'broken'), '')
    t.match(
      await get(rig, first.id, patient('opencode')),
      /app_failed: .*could not be fetched: no registry today/s,
    )
    t.same(await readdir(rig.files.opencode), [], 'nothing is left of it')
    await rm(join(notes, 'broken'))
    await writeFile(join(rig.files.opencode, '0.0.1'), 'an older one')

    const answers = await Promise.all([second, third].map(({ id }) => get(rig, id, patient('opencode'))))
    for (const answer of answers) t.match(answer, /200 OK/)
    t.same(await readdir(rig.files.opencode), [version], 'whole, and alone')
    t.equal((await stat(join(rig.files.opencode, version))).mode & 0o777, 0o500)
    const called = await readdir(notes)
    t.equal(called.length, 2, 'the one that failed, and one for both sessions')
    for (const one of called) t.notMatch(await readFile(join(notes, one), 'utf8'), 'secret')
  },
)

t.test('what was left half-way goes, and nothing that another may be at', async t => {
  const directory = t.testdir({ 'fetching-old': {}, 'fetching-now': {} })
  const program = join(directory, version)
  await writeFile(program, '', { mode: 0o500 })
  const hours = new Date(Date.now() - 7_200_000)
  await utimes(join(directory, 'fetching-old'), hours, hours)
  await using scope = new ProcessScope()
  t.equal(
    await obtainOpencode({ directory, scope, environment: {}, isolation }),
    program,
    'nothing is fetched',
  )
  t.same((await readdir(directory)).toSorted(), [version, 'fetching-now'])
})

t.test('an npm that brings nothing, says much; and nowhere to keep it', async t => {
  const place = t.testdir({ bin: {}, file: '' })
  const bin = join(place, 'bin')
  const [directory, note] = [join(place, 'opencode'), join(place, 'note')]
  const environment = { PATH: `${bin}:${process.env.PATH}` }
  const npmThat = (does: string) => writeFile(join(bin, 'npm'), `#!/bin/sh\n${does}\n`, { mode: 0o755 })
  await using scope = new ProcessScope()
  const refused = async (at: string): Promise<string> => {
    const error = await obtainOpencode({ directory: at, scope, environment, isolation }).catch(error => error)
    t.type(error, UserError)
    return error.toText()
  }
  await npmThat(`pwd > ${note}; echo "$@" >> ${note}`)
  t.match(await refused(directory), /there is no package for this system/)
  const [working, words] = (await readFile(note, 'utf8')).split('\n')
  t.equal(working, '/', 'no settings of a project count')
  t.match(
    words,
    /--ignore-scripts .*--no-global .*--include=optional/,
    'nor do those of a user that lead elsewhere',
  )

  await npmThat(
    'head -c 3000000 /dev/zero | tr "\\0" x >&2; echo the end >&2; echo npm error A complete log of this run: /root/x >&2; exit 1',
  )
  const told = await refused(directory)
  t.match(told, /could not be fetched: x+the end\n {2}see whether npm reaches/)
  t.ok(told.length < 3_000)
  t.same(await readdir(directory), [])

  t.match(
    await refused(join(place, 'file', 'below')),
    /could not be kept .*: a part of its path is no directory/,
  )
})
