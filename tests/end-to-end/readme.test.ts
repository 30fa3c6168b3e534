import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeClone } from './clone.ts'

t.setTimeout(280_000)

/** Every command in the README, and in the page on configuration, is run here by a shell in a clone, as it stands there. */
const read = (page: string) => readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
const readme = read('README.md')
const configuration = read('docs/configuration.md')

const blocksOf = (page: string) =>
  [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .map(line => line.replace(/\s+#.*/, '').trim())
      .filter(Boolean),
  )
const blocks = blocksOf(readme)
const inline = [...readme.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`((?:npx|npm|debug-server) [^`]+)`/g)]
  .map(([, command = '']) => command)
  .filter(command => !command.includes('…'))

/** The tests themselves; and the placeholder form of a command that stands in full in a block. */
const notHere = (command: string) =>
  command === 'npx task test' || command === 'npx task' || command === 'debug-server configure'

t.test('every command of the README and of the page on configuration works as it stands', async t => {
  const clone = makeClone(t)
  const prefix = join(clone.home, 'global')
  mkdirSync(prefix)
  // As on a user's machine: the host's Node and npm, none of this project's node_modules on PATH.
  const path = (process.env.PATH ?? '')
    .split(':')
    .filter(entry => !/node_modules\/\.bin|node-gyp-bin/.test(entry))
    .join(':')
  const environment = {
    ...clone.environment,
    PATH: `${join(prefix, 'bin')}:${path}`,
    npm_config_prefix: prefix,
    npm_config_update_notifier: 'false',
  }
  const run = (command: string, directory = clone.root) =>
    new Promise<{ code: number | null; stdout: string; output: string }>(done => {
      const child = spawn('bash', ['-c', command], {
        cwd: directory,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      let stdout = ''
      child.stdout.on('data', text => {
        stdout += text
        output += text
      })
      child.stderr.on('data', text => {
        output += text
      })
      child.once('close', code => done({ code, stdout, output }))
    })

  t.ok(blocks.length >= 8, 'the blocks were found')
  t.ok(inline.length >= 6, 'the commands in the text were found')
  const last = ['npx debug-server session delete @last', 'npx task down']
  const order = [
    ...blocks,
    ...inline.filter(command => !last.includes(command)),
    ...blocksOf(configuration),
    ...last,
  ].filter(command => !notHere(command))
  let token = ''
  for (const command of order) {
    if (command.includes('TOKEN') && token === '') {
      const made = await run('npx debug-server --json token create readme --scopes cli')
      token = JSON.parse(made.stdout).token
    }
    const { code, output } = await run(command.replace('TOKEN', token))
    t.equal(code, 0, `${command}\n${output}`)
    t.equal(clone.git('status', '--porcelain'), '', `the clone stays clean after ${command}`)
    // Outside the clone the program that was installed there serves: it finds the clone it is linked from.
    if (command.startsWith('npm install -g')) {
      const whoami = await run('debug-server whoami', clone.home)
      t.equal(whoami.code, 0, whoami.output)
      t.match(whoami.output, /bootstrap/)
    }
  }
  t.same(clone.processes(), [])
})

t.test('links in the docs lead somewhere', async t => {
  const root = new URL('../../', import.meta.url)
  const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
  for (const page of pages)
    for (const [, target = ''] of readFileSync(new URL(page, root), 'utf8').matchAll(
      /\]\(([^)#:]+)(?:#[^)]*)?\)/g,
    ))
      t.doesNotThrow(
        () => execFileSync('test', ['-e', new URL(target, new URL(page, root)).pathname]),
        `${page}: ${target}`,
      )
})
