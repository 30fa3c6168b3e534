import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { openWorkspace } from '../../../config/workspace.ts'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { createExec } from '../../../tasks/engine/exec.ts'
import { verifyClean } from '../../../tasks/verify-clean/verify-clean.ts'
import { workspaceRoot } from '../bootstrap/place.ts'

type Owner = { teardown(end: () => unknown): void }

/** A checkout in which everything is committed. */
function checkout(owner: Owner) {
  const root = workspaceRoot(owner)
  const write = (name: string, text = '') => writeFileSync(join(root, name), text)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: root })
  git('init', '-q')
  write('.gitignore', '.artifacts\nout\n')
  write('source.ts')
  git('add', '-A')
  git('commit', '-q', '-m', 'as it is')
  const scope = new ProcessScope()
  owner.teardown(() => scope.end())
  const exec = createExec({
    ...{ scope, cwd: root, environment: process.env, signal: new AbortController().signal },
    log: () => {},
    terminal: () => {},
  })
  return { root, write, git, verify: () => verifyClean({ root, environment: {}, exec }) }
}

/** What stands in the place of a gateway that is up. */
async function gateway(owner: Owner, root: string, answer: { status: number; body: unknown }) {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`)
    response.writeHead(answer.status).end(JSON.stringify(answer.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  owner.teardown(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { run, secrets, adminTokenFile } = openWorkspace(root, {})
  for (const directory of [run, secrets]) mkdirSync(directory, { recursive: true })
  writeFileSync(adminTokenFile, 'the-token\n')
  const proxy = {
    ...{ service: 'proxy', app: 'proxy', instance: 'ins_000000000000' },
    ...{ address: `http://127.0.0.1:${address.port}`, declaration: 'd', sources: 's' },
  }
  writeFileSync(join(run, 'services.json'), JSON.stringify({ services: [proxy], passing: [] }))
  return asked
}

t.test('what is as it was committed passes, and nothing is asked where nothing is up', async t => {
  const { write, verify } = checkout(t)
  write('out', 'ignored')
  t.same(await verify(), {})
  write('.git/info/exclude', 'source.ts\n')
  t.same(await verify(), {}, 'what somebody has ignored for themselves says nothing of what is tracked')
})

t.test('changed, new and tracked generated files are all named', async t => {
  const { write, git, verify } = checkout(t)
  write('out')
  git('add', '-f', 'out')
  git('commit', '-q', '-m', 'generated')
  write('source.ts', 'changed')
  write('new\nfile')
  await t.rejects(verify(), {
    name: 'UserError',
    message:
      /not as it was committed:\n {4} M source.ts\n {4}\?\? new\\nfile\n .*tracked though .*\n {4}out$/,
  })
})

t.test('of what was moved both names are told as what they are', async t => {
  const { git, verify } = checkout(t)
  git('mv', 'source.ts', 'moved.ts')
  await t.rejects(verify(), { message: /committed:\n {4}A {2}moved.ts\n {4}D {2}source.ts$/ })
})

t.test('of very many files few are named, and the rest counted', async t => {
  const { write, verify } = checkout(t)
  for (let at = 0; at < 13; at++) write(`file-${at}`)
  await t.rejects(verify(), { message: /and 3 more$/ })
})

t.test('a gateway that is up is asked for drift', async t => {
  const { root, verify } = checkout(t)
  const answer = { status: 200, body: { servers: [{ name: 'files', drift: [] }] as unknown[] } }
  const asked = await gateway(t, root, answer)
  t.same(await verify(), { servers: 1 })
  t.same(asked, ['/servers Bearer the-token'])
  answer.body.servers = [{ name: 'files', drift: [{ kind: 'changed', what: 'tool', name: 'read' }] }]
  await t.rejects(verify(), { message: /offer something else than they did:\n {4}files changed tool read$/ })
  answer.status = 500
  await t.rejects(verify(), { message: /does not tell of its servers: 500/, fix: /task status/ })
})

t.test('no checkout at all is a failure of git', async t => {
  const root = workspaceRoot(t)
  const scope = new ProcessScope()
  t.teardown(() => scope.end())
  const exec = createExec({
    ...{ scope, cwd: root, environment: { ...process.env, GIT_CEILING_DIRECTORIES: root } },
    ...{ signal: new AbortController().signal, log: () => {}, terminal: () => {} },
  })
  await t.rejects(verifyClean({ root, environment: {}, exec }), { message: /git/ })
})
