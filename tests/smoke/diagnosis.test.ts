import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { diagnose } from '../../smoke/diagnosis.ts'
import { writeEnvironment } from '../../smoke/sandbox/environment-file.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { until } from '../until.ts'
import { room, write } from './room.ts'

/** Says what it is asked for, and leaves a daemon that holds its pipes. */
const status = `
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
const daemon = spawn('sleep', ['600'], { detached: true, stdio: 'inherit' })
writeFileSync('daemon.pid', String(daemon.pid))
daemon.unref()
process.stdout.write('the fake stack')
`

t.test(
  'it ends in time, leaves nothing that it has started, and shows no secret and no other file',
  async t => {
    const places = placesIn(room(t))
    mkdirSync(join(places.clone, 'node_modules'), { recursive: true })
    write(join(places.clone, 'tasks/cli.mjs'), status)
    await writeEnvironment(places, { PATH: process.env.PATH ?? '' })
    const logs = join(places.clone, '.artifacts/logs')
    write(join(logs, 'api.log'), 'fetched https://me:hunter2@host/')
    write(join(places.workspace, 'private'), 'nobody is to see this')
    symlinkSync(join(places.workspace, 'private'), join(logs, 'link.log'))
    execFileSync('mkfifo', [join(logs, 'pipe.log')])
    const cause = new Error('503 the store is locked\u001b[0m by hunter2')
    const failure = new TypeError('it is not ready', { cause })
    const text = await diagnose(places, { mark: 'of-nobody' }, { failure, said: ['GET / of hunter2'] }, [
      'hunter2',
    ])
    t.match(
      text,
      /^== What it failed with\nTypeError: it is not ready\nError: 503 the store is locked\\x1b\[0m by \*+\n\n== What was said last\nGET \/ of \*+\n/,
    )
    t.match(text, /== Services\nthe fake stack/)
    t.match(text, /== api.log\nfetched https:\/\/me:\*+@host/)
    t.match(text, /== link.log\nthis is no plain file[\s\S]*== pipe.log\nthis is no plain file/)
    t.notMatch(text, /nobody is to see|hunter2/)
    const daemon = readFileSync(join(places.clone, 'daemon.pid'), 'utf8')
    await until('the daemon is gone', () => !existsSync(`/proc/${daemon}`))
  },
)
