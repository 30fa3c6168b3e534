import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import t from 'tap'
import { startRig } from '../../services/api/rig.ts'
import { cli, temporary } from './rig.ts'

t.setTimeout(120_000)

const bin = resolve(import.meta.dirname, '../../../client/cli/bin.mjs')
const password = 'correct-horse-7-bätterij'

/** Runs a command in a real terminal, and types an answer at each question; resolves with all that was seen there. */
async function typed(
  args: readonly string[],
  answers: readonly (readonly [question: string, answer: string])[],
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number | null; seen: string }> {
  const command = [process.execPath, bin, ...args].map(word => `'${word}'`).join(' ')
  const script = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    env: { PATH: process.env.PATH, SHELL: '/bin/sh', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const left = [...answers]
  let seen = ''
  let from = 0
  script.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text
    const [question, answer] = left[0] ?? []
    if (question === undefined || !seen.slice(from).includes(question)) return
    from = seen.length
    left.shift()
    script.stdin.write(answer)
  })
  const [code] = await once(script, 'close')
  return { code, seen }
}

t.test('a password is typed without being shown, a new one twice', async t => {
  const rig = await startRig(t)
  const environment = { DEBUG_SERVER_HOME: await temporary(t), DEBUG_SERVER_URL: rig.api.url }
  const [invite] = await rig.call('invites.create', {}, rig.admin)
  const code = `${invite?.code}`
  const differs = await typed(
    ['register', 'maria'],
    [
      ['invite: ', `${code}\r`],
      ['new password: ', `${password}\r`],
      ['once more: ', 'something-else\r'],
    ],
    environment,
  )
  t.match(differs, { code: 2, seen: /--password: it was typed in two ways/ })
  const short = await typed(
    ['register', 'maria'],
    [
      ['invite: ', `${code}\r`],
      ['new password: ', 'short\r'],
      ['once more: ', 'short\r'],
    ],
    environment,
  )
  t.match(short, { code: 2, seen: /--password: must have at least 12 characters/ })
  const made = await typed(
    ['register', 'maria', '--display-name', 'Maria M.'],
    [
      ['invite: ', `${code}\r`],
      // What is typed ahead is for the question that follows; what was mistyped can be taken back.
      ['new password: ', `wrong\x15${password}!\x7f\r${password}\r`],
    ],
    environment,
  )
  t.match(made, { code: 0, seen: /registered and signed in at .* as maria \(user\)/ })
  const changed = await typed(
    ['me', 'password'],
    [
      ['old password: ', `${password}\r`],
      ['new password: ', `${password}-2\r`],
      ['once more: ', `${password}-2\r`],
    ],
    environment,
  )
  t.match(changed, { code: 0, seen: /sign in anew/ })
  const signedIn = await typed(['login', 'maria'], [['password: ', `${password}-2\r`]], environment)
  t.match(signedIn, { code: 0, seen: /signed in at .* as maria/ })
  for (const { seen } of [differs, short, made, changed, signedIn])
    for (const secret of [code, password, 'short\r', 'something-else']) t.notOk(seen.includes(secret), secret)
  t.match(await typed(['login', 'maria'], [['password: ', '\x03']], environment), { code: 130 })
})

t.test('one registers with what is piped in, and an invite is good for as many as it says', async t => {
  const rig = await startRig(t)
  const environment = { DEBUG_SERVER_HOME: await temporary(t), DEBUG_SERVER_URL: rig.api.url }
  const run = (args: readonly string[], stdin = '') => cli(args, { environment, stdin, now: Date.now })
  const [invite] = await rig.call('invites.create', {}, rig.admin)
  const code = `${invite?.code}`
  const register = (name: string, stdin: string) => run(['register', name, '--json'], stdin)
  const mistaken = await run(['register', 'maria', '--invite', code, '--password', password])
  t.match(mistaken, { code: 2, stderr: /--invite: there is no such file\n.*never the secret itself/ })
  t.notOk(mistaken.stderr.includes(code), 'what was typed in place of a file is not repeated')
  t.match(await register('maria', `${code}\n`), { code: 2, stderr: /--password: there is no line/ })
  t.match(await register('no name', `${code}\n${password}\n`), { code: 2, stderr: /name: / })
  t.match(await register('maria', `INVITE-00000000\n${password}\n`), { code: 3, stderr: /invite_invalid/ })
  const { code: exit, stdout, stderr } = await register('maria', `${code}\n${password}\n`)
  t.equal(exit, 0, stderr)
  t.match(JSON.parse(stdout), { user: { name: 'maria', role: 'user' }, sign_in: { user: 'maria' } })
  t.match((await run(['whoami'])).stdout, /^user +maria \(user\)/)
  t.match(await register('otto', `${code}\n${password}\n`), { code: 3 })
})

t.test('two profiles of one server are two people', async t => {
  const rig = await startRig(t)
  const home = await temporary(t)
  const environment = { DEBUG_SERVER_HOME: home }
  const run = async (line: string, stdin = '') => {
    const result = await cli(line.split(' '), { environment, stdin, now: Date.now })
    t.equal(result.code, 0, `${line}: ${result.stderr}`)
    return result.stdout
  }
  for (const name of ['maria', 'otto']) {
    await rig.call('users.create', { name, password: `${password}-${name}-of-old` }, rig.admin)
    await run(`configure --profile ${name} --base-url ${rig.api.url} --no-token`)
    await run(`login ${name} --profile ${name}`, `${password}-${name}-of-old`)
  }
  for (const name of ['maria', 'otto'])
    t.match(await run(`whoami --profile ${name}`), new RegExp(`^user +${name} `))
  await run('profile use otto')
  t.match(await run('whoami'), /^user +otto /)
  t.match(JSON.parse(await run('config show --json')).client.signed_in, { value: 'otto' })
  t.match(await run('logout --profile maria'), 'maria is signed out')
  t.match(await run('whoami'), /^user +otto /, 'the other one stays')
  const secret = rig.admin.secret
  await run(`configure --profile otto --base-url ${rig.api.url} --token ${secret}`)
  t.match(await run('whoami --profile otto'), /^user +otto /, 'who has signed in comes before a kept token')
  await run('logout')
  t.match(await run('whoami'), /^user +root /)
  await run('configure --no-token --profile otto')
  await run('login otto', `${password}-otto-of-old`)
  await run('profile remove otto')
  await run(`configure --profile otto --base-url ${rig.api.url} --no-token`)
  const gone = await cli(['whoami', '--profile', 'otto'], { environment })
  t.match(gone, { code: 3 }, 'with a profile its sign-in is forgotten')
})

t.test('a sign-in that another one replaces is ended', async t => {
  const rig = await startRig(t)
  const environment = { DEBUG_SERVER_HOME: await temporary(t), DEBUG_SERVER_URL: rig.api.url }
  await rig.call('users.create', { name: 'maria', password }, rig.admin)
  const login = async () => {
    const { stdout } = await cli(['login', 'maria', '--json'], {
      ...{ environment, stdin: password, now: Date.now },
    })
    return JSON.parse(stdout).sign_in.id
  }
  const first = await login()
  t.not(await login(), first)
  const { items } = await rig.call('audit.list', {}, rig.admin)
  t.equal(items.filter(({ operation }) => operation === 'auth.logout').length, 1)
})
