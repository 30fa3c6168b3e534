import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { version } from '../../../../services/runner/apps/obtain-opencode.ts'
import { app, appsRig, get, noSandbox, patient, site } from './rig.ts'

t.setTimeout(120_000)

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
if [ "$1" = --version ]; then echo ${version}; exit; fi
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
