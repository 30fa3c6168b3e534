import t from 'tap'
import { until } from '../until.ts'
import { makeClone, type Running } from './clone.ts'

t.setTimeout(280_000)

const clone = makeClone(t)
t.afterEach(async () => void (await clone.task(['down', '--yes'])))

/** Serves in the foreground; resolves once all is ready. */
async function served(args: readonly string[]): Promise<Running> {
  const serving = clone.start(args)
  const ended = serving.finished.then(({ stderr }) => {
    throw new Error(stderr)
  })
  ended.catch(() => {})
  await Promise.race([until('it serves', () => serving.stdout().includes('until Ctrl+C'), 90_000), ended])
  return serving
}

t.test('serve prints the logs of all, and ends all with itself', async t => {
  const serving = await served([clone.path('client/cli/bin.mjs'), 'serve'])
  await until('their logs are told', () =>
    ['api', 'proxy'].every(name => new RegExp(`^${name} +\\| .*"msg"`, 'm').test(serving.stdout())),
  )
  const another = await clone.task(['serve'])
  t.match(another, { code: 1, stderr: /Debug Server is already up\n +see its logs with/ })
  for (const args of [
    ['repository', 'add', '.', '--name', 'demo'],
    ['session', 'create', '--repository', 'demo'],
    ['command', 'run', '@last', '--shell', 'setsid sleep 1000 & sleep 1000'],
  ]) {
    const { code, stderr } = await clone.debugServer(args)
    t.equal(code, 0, stderr)
  }
  await until('the request is in the log', () => serving.stdout().includes('"route":"/sessions"'))
  serving.child.kill('SIGINT')
  const { code, stdout, stderr } = await serving.finished
  t.equal(code, 130, stderr)
  t.match(stdout, /Debug Server is down; 1 session\(s\) stopped\n$/)
  t.same(clone.processes(), [])
})

t.test('serve ends where somebody else brings everything down', async t => {
  const serving = await served(['tasks/cli.mjs', 'serve'])
  t.equal((await clone.task(['down', '--yes'])).code, 0)
  const { code, stderr } = await serving.finished
  t.equal(code, 0, stderr)
  t.match(stderr, 'somebody else has ended Debug Server')
  t.same(clone.processes(), [])
})
