import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { breakpointWish } from '../../services/contract/debug-breakpoints.ts'
import { debugEndReasons } from '../../services/contract/debug-state.ts'
import { blocksOf, demoWith, played, withoutIds } from './guide.ts'
import { type RealServer, realServer } from './real-server.ts'

/** Every command of docs/debugging.md is run here, and has to write what stands there. */
t.setTimeout(240_000)
const guide = await readFile(new URL('../../docs/debugging.md', import.meta.url), 'utf8')

t.test('the commands of the guide write what it shows', async t => {
  const server = await realServer(t)
  const [program = ''] = blocksOf(guide, 'python')
  await demoWith(server, 'app.py', program)
  const [before = '', ...sh] = blocksOf(guide, 'sh')
  const begun = await played(server, before.trim().split('\n'))
  t.match(begun, /status +ready[\s\S]*\nses_…\n$/)
  const shown = blocksOf(guide, 'console')
  t.ok(shown.length > 0)
  for (const block of shown) {
    const commands = [...block.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => command)
    t.equal(await played(server, commands), withoutIds(block))
  }

  await t.test('and those that it only names are understood and done, as far as debugpy goes', async t => {
    await writeFile(join(server.directory, 'clone/fix.patch'), patch)
    const launch = 'npx debug-server debug launch @last --python app.py --break app.py:12'
    await played(server, ['npx debug-server user create maria', launch])
    const named = [...guide.matchAll(/`(?:debug )?([a-z][a-z-]*) (@last[^`]*)`/g)].map(
      ([, command, rest]) => `npx debug-server debug ${command} ${rest}`,
    )
    const typed = sh.flatMap(block => block.trim().split('\n'))
    t.ok(named.length > 15 && typed.length > 5, `${named.length} and ${typed.length}`)
    const understood = async (commands: Iterable<string>) => {
      for (const command of commands) {
        const said = await played(server, [`${command} || echo "exit $?"`])
        if (/\nexit \d+\n$/.test(said)) t.match(said, /has no|stands at no exception/)
      }
    }
    // A prompt is none without lines.
    await understood(new Set(named.filter(command => !command.includes('repl'))))
    const move = (verb: string) => `npx debug-server debug ${verb} @last`
    await played(server, [launch, move('continue'), move('stop')])
    const loop = `python3 -c 'while True: __import__("time").sleep(0.01)'`
    await played(server, [`npx debug-server command run @last -- ${loop}`])
    const pid = await processOf(server)
    await understood(typed.map(command => command.replace('--pid 12', `--pid ${pid}`)))
    t.equal(await processOf(server), pid, 'what was attached to runs on')
  })
})

/** The one process of the session that a debugger can be attached to, once it runs. */
async function processOf(server: RealServer): Promise<number> {
  for (;;) {
    const told = await played(server, ['npx debug-server debug processes @last --json'])
    const [process] = JSON.parse(told.slice(told.indexOf('\n')))
    if (process !== undefined) return process.pid
  }
}

/** What fits the program of the guide. */
const patch = `--- a/app.py
+++ b/app.py
@@ -1,3 +1,3 @@
-"""Adds up what is in a basket."""
+"""Adds up what a basket holds."""
 
 basket = [('apples', 3, 0.5), ('bread', 1, 2.2), ('milk', 2, 1.1)]
`

t.test('breakpoints as objects are such as the contract has', t => {
  const objects = [...guide.matchAll(/`(\{"kind".*?\})`/g)].map(([, text = '']) => text)
  t.ok(objects.length > 5)
  for (const text of objects) t.ok(breakpointWish.safeParse(JSON.parse(text)).success, text)
  t.end()
})

t.test('the guide tells every way in which a debug session can end', t => {
  for (const reason of debugEndReasons) t.match(guide, `| \`${reason}\``)
  t.end()
})
